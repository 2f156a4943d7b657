// A WebSocket client in Node with the server's own origin, and a backend with the development key.
import { randomUUID } from "node:crypto";
import { onTestFinished } from "vitest";
import { WebSocket, type ClientOptions, type RawData } from "ws";
import { DEVELOPMENT_FILE, settingIn } from "../../scripts/development.ts";

export const apiKey = settingIn(DEVELOPMENT_FILE, "API_KEYS");

export const newBiz = (): string => randomUUID().replaceAll("-", "");

export interface Arrival {
  readonly frame: string;
  /** Time in ms, by a monotonic clock. */
  readonly at: number;
}

export class Client {
  readonly socket: WebSocket;
  readonly arrivals: Arrival[] = [];
  readonly closed: Promise<{ code: number; reason: string }>;
  #seen = 0;
  #wake: () => void = () => undefined;

  private constructor(socket: WebSocket) {
    this.socket = socket;
    socket.on("message", (data: RawData) => {
      this.arrivals.push({
        frame: (data as Buffer).toString(), // binaryType of `ws` is "nodebuffer" by default
        at: performance.now(),
      });
      this.#wake();
    });
    socket.on("error", () => undefined); // without a listener Node would end the process; tests read the close
    this.closed = new Promise((resolve) =>
      socket.on("close", (code, reason) => resolve({ code, reason: String(reason) })),
    );
    onTestFinished(() => socket.terminate());
  }

  static async connect(
    server: string,
    path: string,
    options: ClientOptions = {},
    protocols: string[] = [],
  ): Promise<Client> {
    const socket = new WebSocket(`${server.replace("http", "ws")}${path}`, protocols, { origin: server, ...options });
    const client = new Client(socket);
    await new Promise<void>((resolve, reject) => {
      socket.once("open", resolve);
      socket.once("unexpected-response", (_request, response) => reject(new Error(String(response.statusCode))));
      socket.once("error", reject);
    });
    return client;
  }

  /** Waits for the next frame. Returns it with its time. */
  async arrival(): Promise<Arrival> {
    for (;;) {
      const arrival = this.arrivals[this.#seen];
      if (arrival !== undefined) {
        this.#seen += 1;
        return arrival;
      }
      await new Promise<void>((resolve) => (this.#wake = resolve));
    }
  }

  async next(): Promise<string> {
    return (await this.arrival()).frame;
  }

  async nextJson(): Promise<unknown> {
    return JSON.parse(await this.next());
  }

  send(message: string | Uint8Array): void {
    this.socket.send(message);
  }

  async leave(code = 1000): Promise<{ code: number; reason: string }> {
    this.socket.close(code);
    return this.closed;
  }
}

/** Sends a request with the development key. */
export const backend = (server: string, method: string, path: string, body?: unknown): Promise<Response> =>
  fetch(`${server}${path}`, {
    method,
    headers: { Authorization: `Bearer ${apiKey}` },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });

export const getGroup = async (
  server: string,
  group: string,
): Promise<{ connections: number; next_push: string | null }> =>
  (await (await backend(server, "GET", `/groups/${group}`)).json()) as never; // the tests check the shape
