// A belfry.v1 client that reconnects with its position, as docs/protocol.md describes, and records
// every publication.
import { expect } from "vitest";
import type { Position } from "../../src/core/position.ts";
import { handshake } from "../support/workerd.ts";

/** The publications received since the last welcome without recovery: a part of the group's history without gaps. */
export interface Stretch {
  readonly epoch: string;
  /** The offset of that welcome. Earlier publications are not received, except the latest one of a cache. */
  readonly from: number;
  readonly publications: { readonly offset: number; readonly data: string }[];
}

interface Frame {
  readonly type: string;
  readonly id?: string | number;
  readonly offset?: number;
  readonly epoch?: string;
  readonly recovered?: boolean;
  readonly data?: unknown;
  readonly items?: readonly { readonly offset: number; readonly data: unknown }[];
}

export class Follower {
  readonly #path: string;
  readonly #headers: Record<string, string>;
  #socket: WebSocket | null = null;
  #requests = 0;
  #waiting = new Map<number, () => void>();
  position: Position | null = null;
  /** One per welcome without recovery. */
  readonly stretches: Stretch[] = [];
  /** `recovered` of each welcome, newest last. */
  readonly recovered: boolean[] = [];

  constructor(path: string, headers: Record<string, string>) {
    this.#path = path;
    this.#headers = { ...headers, "Sec-WebSocket-Protocol": "belfry.v1" };
  }

  get isOpen(): boolean {
    return this.#socket !== null;
  }

  /** Connects with `position`. Resolves after the welcome, which is the first frame. */
  async connect(position: Position | null = this.position): Promise<void> {
    const query = position === null ? "" : `?epoch=${position.epoch}&offset=${position.offset}`;
    const { webSocket: socket } = await handshake(this.#path + query, this.#headers);
    if (socket === null) throw new Error("no WebSocket");
    this.#socket = socket;
    await new Promise<void>((resolve) => {
      let isFirst = true;
      socket.addEventListener("message", ({ data }) => {
        if (this.#socket !== socket) return;
        const frame = JSON.parse(String(data)) as Frame; // a frame of belfry.v1
        if (isFirst) expect(frame.type).toBe("welcome");
        isFirst = false;
        this.#receive(frame);
        resolve();
      });
      socket.addEventListener("close", () => {
        if (this.#socket === socket) this.#socket = null;
      });
      socket.accept();
    });
  }

  /** Closes as a browser does. Frames that arrive later are ignored. */
  leave(): void {
    const socket = this.#socket;
    this.#socket = null;
    socket?.close(1000);
  }

  /** Waits until all frames sent before have arrived: replies are in order. */
  async settled(): Promise<void> {
    const socket = this.#socket;
    if (socket === null) return;
    const id = (this.#requests += 1);
    const answered = new Promise<void>((resolve) => this.#waiting.set(id, resolve));
    socket.send(JSON.stringify({ type: "ping", id }));
    await answered;
  }

  #receive(frame: Frame): void {
    if (frame.type === "welcome") this.#welcome(frame);
    if (frame.type === "reply") this.#waiting.get(Number(frame.id))?.();
    const items = frame.type === "publications" ? frame.items : frame.type === "publication" ? [frame] : [];
    for (const { offset, data } of items ?? []) {
      if (offset === undefined || this.position === null) continue;
      this.position = { ...this.position, offset };
      this.stretches.at(-1)?.publications.push({ offset, data: JSON.stringify(data) });
    }
  }

  #welcome({ epoch = "", offset = -1, recovered = false }: Frame): void {
    this.recovered.push(recovered);
    if (recovered) return expect(epoch).toBe(this.position?.epoch);
    this.position = { epoch, offset };
    this.stretches.push({ epoch, from: offset, publications: [] });
  }
}
