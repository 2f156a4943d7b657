// Thousands of WebSocket clients in one process: raw sockets that offer compression as browsers do and count frames.
import { connect, type Socket } from "node:net";
import { constants, createInflateRaw, type InflateRaw } from "node:zlib";

/** The read buffer of all sockets. Each read is processed before the next one. */
const shared = Buffer.allocUnsafe(262_144);

/** End of a deflate stream, which RFC 7692 omits. */
const TAIL = Buffer.from([0x00, 0x00, 0xff, 0xff]);

export interface Endpoint {
  readonly host: string;
  readonly port: number;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
}

export class Connection {
  /** Called for each complete frame. */
  onFrame: () => void = () => undefined;
  readonly path: string;
  frames = 0;
  compressed = false;
  isOpen = false;
  readonly #socket: Socket;
  #opened: { resolve: (connection: Connection) => void; reject: (error: Error) => void };
  readonly opened: Promise<Connection>;
  /** The received part of an incomplete frame head or handshake. */
  #part: Buffer = Buffer.alloc(0);
  /** Missing bytes of the frame's payload; null between frames. */
  #left: number | null = null;
  readonly #reader: Reader | null = null;

  /** With `reads`, `read` may be called; otherwise frames are only counted. */
  constructor({ host, port, path, headers }: Endpoint, reads = false) {
    this.path = path;
    if (reads) this.#reader = new Reader();
    const { promise, ...opened } = Promise.withResolvers<Connection>();
    [this.opened, this.#opened] = [promise, opened];
    const onread = {
      buffer: shared,
      callback: (length: number) => {
        this.#receive(shared.subarray(0, length));
        return true;
      },
    };
    this.#socket = connect({ host, port, onread, noDelay: true });
    this.#socket.on("error", (error) => this.#opened.reject(error));
    this.#socket.on("close", () => {
      this.isOpen = false;
      this.#opened.reject(new Error("closed before it was open"));
    });
    const lines = [
      `GET ${path} HTTP/1.1`,
      `Host: ${host}:${port}`,
      "Upgrade: websocket",
      "Connection: Upgrade",
      "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
      "Sec-WebSocket-Version: 13",
      "Sec-WebSocket-Extensions: permessage-deflate; client_max_window_bits",
      ...Object.entries(headers).map(([name, value]) => `${name}: ${value}`),
    ];
    this.#socket.write(`${lines.join("\r\n")}\r\n\r\n`);
  }

  /** Calls `onText` for each text received from now on. Resolves when earlier ones are processed. */
  async read(onText: OnText): Promise<void> {
    await this.#reader?.read(onText);
  }

  write(frame: Buffer): void {
    this.#socket.write(frame);
  }

  /** Resets the TCP connection, so that its port is free at once. */
  drop(): void {
    this.#socket.resetAndDestroy();
  }

  #receive(bytes: Buffer): void {
    let at = 0;
    if (this.#part.length > 0) {
      bytes = Buffer.concat([this.#part, bytes]);
      this.#part = Buffer.alloc(0);
    }
    if (!this.isOpen) {
      at = this.#handshake(bytes);
      if (at === 0) return this.#storePart(bytes);
    }
    while (at < bytes.length) {
      if (this.#left === null) {
        const head = headOf(bytes, at);
        if (head === null) return this.#storePart(bytes.subarray(at));
        this.#left = head.length;
        this.#reader?.begin(head.isCompressed);
        at += head.size;
      }
      const end = Math.min(bytes.length, at + this.#left);
      this.#reader?.add(bytes.subarray(at, end));
      this.#left -= end - at;
      at = end;
      if (this.#left > 0) return;
      this.#left = null;
      this.frames++;
      this.#reader?.end();
      this.onFrame();
    }
  }

  /** Reads the handshake's response. Returns its length; 0 if it is incomplete. */
  #handshake(bytes: Buffer): number {
    const end = bytes.indexOf("\r\n\r\n");
    if (end < 0) return 0;
    const answer = bytes.toString("latin1", 0, end);
    if (!answer.startsWith("HTTP/1.1 101")) {
      this.#opened.reject(new Error(bytes.toString()));
      this.drop();
      return bytes.length;
    }
    this.compressed = /^sec-websocket-extensions:.*permessage-deflate/im.test(answer);
    this.isOpen = true;
    this.#opened.resolve(this);
    return end + 4;
  }

  /** Copies `bytes`, as the sockets share one buffer. */
  #storePart(bytes: Buffer): void {
    this.#part = Buffer.from(bytes);
  }
}

interface Head {
  readonly size: number;
  readonly length: number;
  readonly isCompressed: boolean;
}

/** Parses the head of a server's frame (unmasked); null if it is incomplete. Control frames are not expected. */
function headOf(bytes: Buffer, at: number): Head | null {
  if (bytes.length < at + 2) return null;
  const isCompressed = (bytes.readUInt8(at) & 0x40) !== 0;
  const short = bytes.readUInt8(at + 1) & 0x7f;
  if (short < 126) return { size: 2, length: short, isCompressed };
  const size = short === 126 ? 4 : 10;
  if (bytes.length < at + size) return null;
  const length = short === 126 ? bytes.readUInt16BE(at + 2) : Number(bytes.readBigUInt64BE(at + 2));
  return { size, length, isCompressed };
}

/** `at`: the time of arrival. */
type OnText = (text: string, at: number) => void;

/** Decompresses the texts of a connection, in order from the first: they share a compression context. */
class Reader {
  #onText: OnText = () => undefined;
  readonly #inflate: InflateRaw = createInflateRaw({ finishFlush: constants.Z_SYNC_FLUSH });
  #parts: Buffer[] = [];
  #isCompressed = false;
  #queue: Promise<unknown> = Promise.resolve();

  async read(onText: OnText): Promise<void> {
    await this.#queue;
    this.#onText = onText;
  }

  begin(isCompressed: boolean): void {
    this.#isCompressed = isCompressed;
    this.#parts = [];
  }

  add(bytes: Buffer): void {
    this.#parts.push(Buffer.from(bytes));
  }

  end(): void {
    const [bytes, isCompressed, at] = [Buffer.concat(this.#parts), this.#isCompressed, performance.now()];
    this.#queue = this.#queue.then(async () =>
      this.#onText((isCompressed ? await this.#unpack(bytes) : bytes).toString(), at),
    );
  }

  #unpack(bytes: Buffer): Promise<Buffer> {
    const parts: Buffer[] = [];
    const collect = (part: Buffer) => void parts.push(part);
    this.#inflate.on("data", collect);
    return new Promise((resolve, reject) => {
      this.#inflate.once("error", reject);
      this.#inflate.write(bytes);
      this.#inflate.write(TAIL);
      this.#inflate.flush(constants.Z_SYNC_FLUSH, () => {
        this.#inflate.off("data", collect);
        this.#inflate.off("error", reject);
        resolve(Buffer.concat(parts));
      });
    });
  }
}

/** A client's text frame of less than 126 bytes, masked with zeros. */
export function clientFrame(text: string): Buffer {
  return Buffer.concat([Buffer.from([0x81, 0x80 | text.length, 0, 0, 0, 0]), Buffer.from(text)]);
}
