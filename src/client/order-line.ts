// An order's connection: what is known of the order, whichever way the news came, and never back. Believes no relayed text.
import { isPaid, isSettled, type OrderStatus } from "../core/order.ts";
import type { Position } from "../core/position.ts";
import type { Outcome, Publication } from "./api.ts";
import { Line, type Wiring } from "./line.ts";
import { pollOf, type Poll } from "./poll.ts";
import type { State } from "./state.ts";

/** What of an order outlives its page. */
type Memory = readonly [epoch: string, version: number, status: OrderStatus];

export class OrderLine extends Line {
  readonly #biz: string;
  readonly #key: string;
  readonly #poll: Poll;
  #wasOpen = false;
  /** A version up to this one was there before the connection was. */
  #snapshot = 0;

  /** `orderUrl` is where the order can be looked at. */
  constructor(biz: string, orderUrl: string, wiring: Wiring) {
    super(wiring);
    this.#biz = biz;
    this.#key = `belfry ${orderUrl}`;
    const { clock, fetch } = this.platform;
    this.#poll = pollOf(clock, async (signal) => {
      const response = await fetch(orderUrl, { signal });
      if (!response.ok) return;
      const body: unknown = await response.json();
      this.#learn(body, Object(body).version, "poll");
    });
    this.#restore();
  }

  protected override welcomed({ epoch, offset }: Position, isNew: boolean, hasMissed: boolean): void {
    this.#snapshot = offset;
    // The server does not hold what we come from: its versions have begun anew.
    if (hasMissed) this.outcome = null;
    // Not where the group stands, as long as its outcome is still to come: lost before that, we would never be told.
    if (isNew) this.position = { epoch, offset: 0 };
    if (offset === 0) this.#learn({ biz: this.#biz, status: "pending" }, 0, "snapshot");
  }

  /**
   * Polls until the order is settled; a failed attempt settles nothing. An open connection gets each change by itself, and each poll would
   * wake the server.
   */
  protected override entered({ name }: State): void {
    if (name === "closed" || this.#isSettled()) return this.#poll.stop();
    if (name !== "open") return this.#poll.run();
    this.#poll.rest();
    if (this.#wasOpen) void this.#poll.now();
    this.#wasOpen = true;
  }

  protected override woken(): void {
    if (this.#isSettled()) return;
    this.#poll.rest();
    void this.#poll.now();
    if (this.state.name !== "open") this.#poll.run();
  }

  /** What has no offset is what somebody wrote, whatever it looks like. */
  protected override took(publication: Publication): void {
    const { data, offset } = publication;
    if (offset === null) return this.tell("publication", publication);
    this.#learn(data, offset, offset > this.#snapshot ? "push" : "snapshot");
  }

  #learn(found: unknown, version: unknown, source: Outcome["source"]): void {
    const { biz, status } = Object(found) as { biz?: unknown; status?: unknown }; // whatever it is, it may be asked for these
    if (biz !== this.#biz || typeof status !== "string" || typeof version !== "number") return;
    if (this.outcome !== null && version <= this.outcome.version) return;
    const known = status as OrderStatus; // the server's word
    this.outcome = { biz, status: known, paid: isPaid(known), version, source };
    if (this.#isSettled()) this.#poll.stop();
    this.#remember(this.outcome);
    this.tell("status", this.outcome);
  }

  #isSettled(): boolean {
    return this.outcome !== null && isSettled(this.outcome.status);
  }

  /** An order's versions are its group's offsets: who has polled one need not be sent it again. */
  #remember({ version, status }: Outcome): void {
    if (this.position === null) return;
    this.position = { ...this.position, offset: version };
    const memory: Memory = [this.position.epoch, version, status];
    try {
      this.platform.storage?.setItem(this.#key, JSON.stringify(memory));
    } catch {
      // Full, or forbidden: the page only starts afresh when it is reloaded.
    }
  }

  #restore(): void {
    try {
      const memory = JSON.parse(this.platform.storage?.getItem(this.#key) ?? "null") as Memory | null; // written above
      if (memory === null) return;
      const [epoch, version, status] = memory;
      this.position = { epoch, offset: version };
      this.#learn({ biz: this.#biz, status }, version, "snapshot");
    } catch {
      // As above.
    }
  }
}
