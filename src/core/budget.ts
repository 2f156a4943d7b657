// Budgets of clients by address: token buckets, each kept as one time. In memory; the time is passed in.
import { consume } from "./rate.ts";

/** A bucket that holds `burst` requests and gains `perSecond`. */
export interface Budget {
  readonly burst: number;
  readonly perSecond: number;
}

export class Budgets {
  /** When each bucket is full again, in ms; a full one is left out. */
  readonly #fullAt = new Map<string, number>();
  readonly #kept: number;

  constructor(kept: number) {
    this.#kept = kept;
  }

  /** Charges one request to the bucket of `key`; false if it is empty. */
  take(key: string, { burst, perSecond }: Budget, now: number): boolean {
    const costMs = 1000 / perSecond;
    const fullAt = consume(this.#fullAt.get(key) ?? 0, now, costMs, burst * costMs);
    if (fullAt === null) return false;
    // Deleted first, so that the map's order is that of the latest requests.
    this.#fullAt.delete(key);
    this.#fullAt.set(key, fullAt);
    if (this.#fullAt.size > this.#kept) this.#forget(now);
    return true;
  }

  /** Forgets the bucket that was charged longest ago, and full ones behind it. */
  #forget(now: number): void {
    for (const [key, fullAt] of this.#fullAt) {
      if (this.#fullAt.size <= this.#kept && fullAt > now) return;
      this.#fullAt.delete(key);
    }
  }
}
