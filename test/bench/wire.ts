// WebSocket clients by the thousand in one process: raw sockets that offer compression as browsers do and count frames. Understands no frame.
import { connect, type Socket } from "node:net";
import { constants, createInflateRaw, type InflateRaw } from "node:zlib";

/** All sockets read into it, one after the other: what a read brings is looked at before the next one. */
const shared = Buffer.allocUnsafe(262_144);

/** What a deflate stream ends with that RFC 7692 leaves out. */
const TAIL = Buffer.from([0x00, 0x00, 0xff, 0xff]);

export interface Way {
  readonly host: string;
  readonly port: number;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
}

export class Pipe {
  /** Called for each frame that has arrived whole. */
  onFrame: () => void = () => undefined;
  readonly path: string;
  frames = 0;
  compressed = false;
  isOpen = false;
  readonly #socket: Socket;
  #opened: { resolve: (pipe: Pipe) => void; reject: (error: Error) => void };
  readonly opened: Promise<Pipe>;
  /** What of a frame's head, or of the handshake, came so far. */
  #part: Buffer = Buffer.alloc(0);
  /** Bytes of the frame's content that are still to come; null between frames. */
  #left: number | null = null;
  readonly #reader: Reader | null = null;

  /** One that `reads` can be told what is in its frames; the others count them only. */
  constructor({ host, port, path, headers }: Way, reads = false) {
    this.path = path;
    if (reads) this.#reader = new Reader();
    const { promise, ...opened } = Promise.withResolvers<Pipe>();
    [this.opened, this.#opened] = [promise, opened];
    const onread = {
      buffer: shared,
      callback: (length: number) => {
        this.#take(shared.subarray(0, length));
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

  /** From now on `onText` gets the texts; what came before has been read when this returns. */
  async read(onText: OnText): Promise<void> {
    await this.#reader?.read(onText);
  }

  write(frame: Buffer): void {
    this.#socket.write(frame);
  }

  /** Gone without a word, and without a port that waits. */
  drop(): void {
    this.#socket.resetAndDestroy();
  }

  #take(bytes: Buffer): void {
    let at = 0;
    if (this.#part.length > 0) {
      bytes = Buffer.concat([this.#part, bytes]);
      this.#part = Buffer.alloc(0);
    }
    if (!this.isOpen) {
      at = this.#handshake(bytes);
      if (at === 0) return this.#keep(bytes);
    }
    while (at < bytes.length) {
      if (this.#left === null) {
        const head = headOf(bytes, at);
        if (head === null) return this.#keep(bytes.subarray(at));
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

  /** Where the answer ends; 0 if it has not all come. */
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

  /** A copy: the buffer is everybody's. */
  #keep(bytes: Buffer): void {
    this.#part = Buffer.from(bytes);
  }
}

interface Head {
  readonly size: number;
  readonly length: number;
  readonly isCompressed: boolean;
}

/** A server's frame is unmasked; null if its head has not all come. A control frame counts as one: none is expected. */
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

/** A frame's text, and when it came. */
type OnText = (text: string, at: number) => void;

/** Reads one connection's texts, in order and from the first: each is compressed by what came before. A little later than they come. */
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
