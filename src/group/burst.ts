// The order in which frames go out: alone, one goes at once; those that come while it is on its way are kept and sent together. Keeps nothing.
import type { Result } from "../core/result.ts";
import type { Parts } from "./parts.ts";
import type { Sending, Sent } from "../core/group-api.ts";
import { publishAll } from "./publish.ts";

type Outcome = Result<Sent, "key_reused">;

interface Waiting {
  readonly sending: Sending;
  readonly resolve: (outcome: Outcome) => void;
  readonly reject: (error: unknown) => void;
}

/**
 * Turns of the platform's loop, 1 ms each or as long as the writing takes, in which what comes waits for company. Behind one that went alone:
 * until it is written, and no longer, since who sends one after the other would wait each time. Behind several: until those who sent them
 * can have sent again.
 */
const TURNS = { behindOne: 1, behindSeveral: 5 } as const;

/**
 * Group commit, as databases do it: one transaction, and one frame per member in belfry.v1, for all that came at the same time. Nothing
 * waits for company: what comes to a group that is idle goes out before the next event is looked at.
 */
export class Burst {
  readonly #parts: Parts;
  /** What came since the last one went out; null while nothing is on its way. */
  #waiting: Waiting[] | null = null;

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  /** Kept and sent when this resolves, in the order of the calls. */
  publish(sending: Sending): Promise<Outcome> {
    return new Promise((resolve, reject) => {
      const one = { sending, resolve, reject };
      if (this.#waiting === null) this.#send([one]);
      else this.#waiting.push(one);
    });
  }

  #send(some: readonly Waiting[]): void {
    this.#waiting = [];
    this.#flushAfter(some.length === 1 ? TURNS.behindOne : TURNS.behindSeveral);
    try {
      const sendings = some.map(({ sending }) => sending);
      for (const [i, outcome] of publishAll(this.#parts, sendings, Date.now()).entries()) some[i]?.resolve(outcome);
    } catch (error) {
      for (const { reject } of some) reject(error);
    }
  }

  #flushAfter(turns: number): void {
    const waiting = this.#waiting ?? [];
    if (turns > 0) setTimeout(() => this.#flushAfter(turns - 1), 0);
    else if (waiting.length > 0) this.#send(waiting);
    else this.#waiting = null;
  }
}
