// Random numbers from a seed, and mutations of texts and bytes: the same seed gives the same run.

export class Random {
  #state: number;

  constructor(seed: number) {
    this.#state = seed;
  }

  /** A whole number from 0 to `bound` - 1 (mulberry32). */
  below(bound: number): number {
    this.#state = (this.#state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(this.#state ^ (this.#state >>> 15), 1 | this.#state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return Math.floor((((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296) * bound);
  }

  of<Value>(values: readonly Value[]): Value {
    const value = values[this.below(values.length)];
    if (value === undefined) throw new Error("an empty list");
    return value;
  }

  /** The bytes with one to four changes. */
  mutated(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
    let mutated = new Uint8Array(bytes);
    for (let changes = 1 + this.below(4); changes > 0; changes--) mutated = this.#changed(mutated);
    return mutated;
  }

  #changed(bytes: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer> {
    const at = this.below(bytes.length + 1);
    const end = Math.min(bytes.length, at + 1 + this.below(20));
    const [before, part, after] = [bytes.subarray(0, at), bytes.subarray(at, end), bytes.subarray(end)];
    switch (this.below(6)) {
      case 0:
        return bytes.map((byte, index) => (index === at ? byte ^ (1 << this.below(8)) : byte));
      case 1:
        return joined(before, after);
      case 2:
        return joined(before, part, part, after);
      case 3:
        return new Uint8Array(before);
      case 4:
        return joined(before, Buffer.from(this.of(STRANGE)), after);
      default:
        return joined(before, Buffer.from(this.of(STRANGE)), part, after);
    }
  }
}

/** Texts that parsers stumble over. */
const STRANGE: readonly string[] = [
  "",
  "\0",
  "\u{1f9e7}",
  "\ud800",
  "__proto__",
  "constructor",
  "null",
  "-0",
  "1e999",
  "9".repeat(400),
  "0.1",
  "[".repeat(2000),
  '{"a":'.repeat(500),
  '"',
  "\\",
  "\\u0000",
  "%00",
  "%",
  "&&==",
  "../..",
  "A".repeat(5000),
  "\r\n",
  "v1,",
  "t=1,",
  "true",
  "[]",
  "{}",
];

const joined = (...parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> => new Uint8Array(Buffer.concat(parts));
