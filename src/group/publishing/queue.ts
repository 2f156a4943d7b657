// Collects publications that arrive together, so that they share one transaction and one frame.

/**
 * Event-loop turns to collect publications after a flush. After a single one: 1, until it is durable
 * (more would delay a sequential sender). After a batch: 5, so its senders can publish again.
 */
const TURNS = { afterOne: 1, afterBatch: 5 } as const;

interface Waiting<Request, Outcome> {
  readonly request: Request;
  readonly resolve: (outcome: Outcome) => void;
  readonly reject: (error: unknown) => void;
}

/**
 * Group commit: publications that arrive while a flush is in progress share one transaction and one
 * `belfry.v1` frame. When idle, a publication is sent immediately.
 */
export class PublishQueue<Request, Outcome> {
  readonly #publishAll: (requests: readonly Request[]) => readonly Outcome[];
  /** Requests since the last flush; null while no flush is in progress. */
  #waiting: Waiting<Request, Outcome>[] | null = null;

  constructor(publishAll: (requests: readonly Request[]) => readonly Outcome[]) {
    this.#publishAll = publishAll;
  }

  /** Publishes in the order of the calls. Stored and sent when it resolves. */
  publish(request: Request): Promise<Outcome> {
    return new Promise((resolve, reject) => this.#add([{ request, resolve, reject }]));
  }

  /** Publishes several requests in one transaction. Their outcomes are in the same order. */
  publishAll(requests: readonly Request[]): Promise<readonly Outcome[]> {
    const batch: Waiting<Request, Outcome>[] = [];
    const outcomes = requests.map(
      (request) => new Promise<Outcome>((resolve, reject) => batch.push({ request, resolve, reject })),
    );
    this.#add(batch);
    return Promise.all(outcomes);
  }

  #add(batch: readonly Waiting<Request, Outcome>[]): void {
    if (this.#waiting === null) this.#flush(batch);
    else this.#waiting.push(...batch);
  }

  #flush(batch: readonly Waiting<Request, Outcome>[]): void {
    this.#waiting = [];
    this.#flushAfter(batch.length === 1 ? TURNS.afterOne : TURNS.afterBatch);
    try {
      const outcomes = this.#publishAll(batch.map(({ request }) => request));
      for (const [i, outcome] of outcomes.entries()) batch[i]?.resolve(outcome);
    } catch (error) {
      for (const { reject } of batch) reject(error);
    }
  }

  #flushAfter(turns: number): void {
    const waiting = this.#waiting ?? [];
    if (turns > 0) setTimeout(() => this.#flushAfter(turns - 1), 0);
    else if (waiting.length > 0) this.#flush(waiting);
    else this.#waiting = null;
  }
}
