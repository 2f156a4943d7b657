// Sends POST requests over open connections, as a backend or provider does. Reads the status and end of a response.
import { connect, type Socket } from "node:net";

export interface Posted {
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | Uint8Array;
}

/** Age at which an idle connection is replaced: workerd closes it after 5 s. */
const MAX_IDLE_MS = 2000;

export class Poster {
  readonly #host: string;
  readonly #port: number;
  readonly #idle: HttpConnection[] = [];
  readonly #all = new Set<HttpConnection>();

  constructor(host: string, port: number) {
    this.#host = host;
    this.#port = port;
  }

  /** Sends a request. Throws if the response is not 2xx. */
  async post(posted: Posted): Promise<void> {
    const connection = this.#reuse() ?? this.#open();
    const answer = await connection.send(this.#requestOf(posted));
    this.#idle.push(connection);
    if (!answer.startsWith("HTTP/1.1 2")) throw new Error(`${posted.path}: ${answer}`);
  }

  close(): void {
    for (const connection of this.#all) connection.drop();
  }

  /** Returns an idle connection that the server still holds open. */
  #reuse(): HttpConnection | undefined {
    const connection = this.#idle.pop();
    if (connection === undefined || performance.now() - connection.usedAt < MAX_IDLE_MS) return connection;
    for (const old of [connection, ...this.#idle.splice(0)]) this.#drop(old);
    return undefined;
  }

  #open(): HttpConnection {
    const connection = new HttpConnection(connect({ host: this.#host, port: this.#port, noDelay: true }));
    this.#all.add(connection);
    return connection;
  }

  #drop(connection: HttpConnection): void {
    connection.drop();
    this.#all.delete(connection);
  }

  #requestOf({ path, headers, body }: Posted): Buffer {
    const bytes = Buffer.from(body as Uint8Array); // also valid for a string
    const named = Object.entries({ ...headers, "content-length": String(bytes.length) });
    const lines = [
      `POST ${path} HTTP/1.1`,
      `Host: ${this.#host}:${this.#port}`,
      ...named.map(([name, value]) => `${name}: ${value}`),
    ];
    return Buffer.concat([Buffer.from(`${lines.join("\r\n")}\r\n\r\n`), bytes]);
  }
}

/** A connection with one request at a time. */
class HttpConnection {
  usedAt = 0;
  readonly #socket: Socket;
  #text = "";
  #waiting: { readonly resolve: (answer: string) => void; readonly reject: (error: Error) => void } | null = null;

  constructor(socket: Socket) {
    this.#socket = socket;
    socket.setEncoding("latin1");
    socket.on("data", (text) => this.#receive(String(text)));
    socket.on("error", (error) => this.#waiting?.reject(error));
    socket.on("close", () => this.#waiting?.reject(new Error("closed before the response")));
  }

  send(request: Buffer): Promise<string> {
    this.#text = "";
    return new Promise((resolve, reject) => {
      this.#waiting = { resolve, reject };
      this.#socket.write(request);
    });
  }

  drop(): void {
    this.#socket.destroy();
  }

  #receive(text: string): void {
    this.#text += text;
    const end = this.#text.indexOf("\r\n\r\n");
    if (end < 0) return;
    const [, length] = /\r\ncontent-length: (\d+)/i.exec(this.#text) ?? [];
    const isWhole =
      length === undefined ? this.#text.endsWith("0\r\n\r\n") : this.#text.length >= end + 4 + Number(length);
    if (!isWhole) return;
    const waiting = this.#waiting;
    this.#waiting = null;
    this.usedAt = performance.now();
    waiting?.resolve(this.#text);
  }
}
