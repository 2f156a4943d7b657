// HTTP posts over connections that stay open, as a backend's or a provider's. Reads of an answer its status, and that it has ended.
import { connect, type Socket } from "node:net";

export interface Posted {
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | Uint8Array;
}

/** workerd closes a connection that has been silent for 5 s; a question on its way then would get no answer. */
const LINE_MS = 2000;

export class Poster {
  readonly #host: string;
  readonly #port: number;
  readonly #idle: Line[] = [];
  readonly #all = new Set<Line>();

  constructor(host: string, port: number) {
    this.#host = host;
    this.#port = port;
  }

  /** Throws for an answer that is no success: a bench of refusals measures nothing. */
  async post(posted: Posted): Promise<void> {
    const line = this.#fresh() ?? this.#open();
    const answer = await line.send(this.#requestOf(posted));
    this.#idle.push(line);
    if (!answer.startsWith("HTTP/1.1 2")) throw new Error(`${posted.path}: ${answer}`);
  }

  close(): void {
    for (const line of this.#all) line.drop();
  }

  /** One that the server will not just be closing. */
  #fresh(): Line | undefined {
    const line = this.#idle.pop();
    if (line === undefined || performance.now() - line.usedAt < LINE_MS) return line;
    for (const old of [line, ...this.#idle.splice(0)]) this.#drop(old);
    return undefined;
  }

  #open(): Line {
    const line = new Line(connect({ host: this.#host, port: this.#port, noDelay: true }));
    this.#all.add(line);
    return line;
  }

  #drop(line: Line): void {
    line.drop();
    this.#all.delete(line);
  }

  #requestOf({ path, headers, body }: Posted): Buffer {
    const bytes = Buffer.from(body as Uint8Array); // of a text as well
    const named = Object.entries({ ...headers, "content-length": String(bytes.length) });
    const lines = [
      `POST ${path} HTTP/1.1`,
      `Host: ${this.#host}:${this.#port}`,
      ...named.map(([name, value]) => `${name}: ${value}`),
    ];
    return Buffer.concat([Buffer.from(`${lines.join("\r\n")}\r\n\r\n`), bytes]);
  }
}

/** One connection, one question at a time. */
class Line {
  usedAt = 0;
  readonly #socket: Socket;
  #text = "";
  #waiting: { readonly resolve: (answer: string) => void; readonly reject: (error: Error) => void } | null = null;

  constructor(socket: Socket) {
    this.#socket = socket;
    socket.setEncoding("latin1");
    socket.on("data", (text) => this.#take(String(text)));
    socket.on("error", (error) => this.#waiting?.reject(error));
    socket.on("close", () => this.#waiting?.reject(new Error("closed before the answer came")));
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

  #take(text: string): void {
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
