// A client of belfry.v1 that comes back with its position, as docs/protocol.md tells clients to, and checks all it is told. Tests nothing by itself.
import { expect } from "vitest";
import type { Position } from "../../src/core/position.ts";
import { handshake } from "../support/workerd.ts";

/** What it was told since it last began anew: that is one stretch of the group's history, without a gap. */
export interface Stretch {
  readonly epoch: string;
  /** Where the group stood when the stretch began: what was published up to there it was never told, but for a cache's latest. */
  readonly from: number;
  readonly told: { readonly offset: number; readonly data: string }[];
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
  #asked = 0;
  #waiting = new Map<number, () => void>();
  position: Position | null = null;
  /** One for each time it began anew. */
  readonly stretches: Stretch[] = [];
  /** The welcomes it got, newest last. */
  readonly recovered: boolean[] = [];

  constructor(path: string, headers: Record<string, string>) {
    this.#path = path;
    this.#headers = { ...headers, "Sec-WebSocket-Protocol": "belfry.v1" };
  }

  get isOpen(): boolean {
    return this.#socket !== null;
  }

  /** Connects, with the position it has or the one given. True once its first frame, the welcome, has come. */
  async connect(position: Position | null = this.position): Promise<void> {
    const query = position === null ? "" : `?epoch=${position.epoch}&offset=${position.offset}`;
    const { webSocket: socket } = await handshake(this.#path + query, this.#headers);
    if (socket === null) throw new Error("no WebSocket");
    this.#socket = socket;
    await new Promise<void>((resolve) => {
      let isFirst = true;
      socket.addEventListener("message", ({ data }) => {
        if (this.#socket !== socket) return;
        const frame = JSON.parse(String(data)) as Frame; // the wire's, and checked below
        if (isFirst) expect(frame.type).toBe("welcome");
        isFirst = false;
        this.#take(frame);
        resolve();
      });
      socket.addEventListener("close", () => {
        if (this.#socket === socket) this.#socket = null;
      });
      socket.accept();
    });
  }

  /** Leaves as a browser does, or forgets the socket with whatever is still on its way. */
  leave(): void {
    const socket = this.#socket;
    this.#socket = null;
    socket?.close(1000);
  }

  /** Everything sent before this has come: answers come in order. */
  async settled(): Promise<void> {
    const socket = this.#socket;
    if (socket === null) return;
    const id = (this.#asked += 1);
    const answered = new Promise<void>((resolve) => this.#waiting.set(id, resolve));
    socket.send(JSON.stringify({ type: "ping", id }));
    await answered;
  }

  #take(frame: Frame): void {
    if (frame.type === "welcome") this.#welcome(frame);
    if (frame.type === "reply") this.#waiting.get(Number(frame.id))?.();
    const items = frame.type === "publications" ? frame.items : frame.type === "publication" ? [frame] : [];
    for (const { offset, data } of items ?? []) {
      if (offset === undefined || this.position === null) continue;
      this.position = { ...this.position, offset };
      this.stretches.at(-1)?.told.push({ offset, data: JSON.stringify(data) });
    }
  }

  #welcome({ epoch = "", offset = -1, recovered = false }: Frame): void {
    this.recovered.push(recovered);
    if (recovered) return expect(epoch).toBe(this.position?.epoch);
    this.position = { epoch, offset };
    this.stretches.push({ epoch, from: offset, told: [] });
  }
}
