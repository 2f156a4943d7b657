// What the jobs of one object work on, and how they take facts in. Does no job itself.
import { indexPlace } from "../callbacks/order-id.ts";
import { recordOwn, type Arrival } from "../core/delivery.ts";
import type { Fact } from "../core/fact.ts";
import type { LogLine } from "../core/log.ts";
import { paymentIndex } from "../core/payment-index.ts";
import type { OrderSettings } from "../core/settings.ts";
import { forgetOld } from "./forget.ts";
import { canAsk } from "./ask.ts";
import { eraseOrder } from "./erase.ts";
import type { Members } from "./members.ts";
import type { Change, KeptOrder, Surroundings } from "./order.ts";
import type { Outbox } from "./outbox.ts";
import type { Parts } from "./parts.ts";
import type { Store } from "./store.ts";
import type { ConfiguredProviders } from "../callbacks/configured.ts";
import { groupOf, type BelfryEnv } from "../env.ts";

export class Desk {
  readonly env: BelfryEnv;
  readonly members: Members;
  readonly #parts: Parts;
  readonly #ring: (change: Change) => void;

  constructor(parts: Parts, members: Members, env: BelfryEnv, ring: (change: Change) => void) {
    this.#parts = parts;
    this.members = members;
    this.env = env;
    this.#ring = ring;
  }

  get group(): string {
    return this.#parts.self.name;
  }

  /** The biz, in an order's group. */
  get key(): string {
    return this.#parts.self.key;
  }

  get providers(): ConfiguredProviders {
    return this.#parts.providers;
  }

  get settings(): OrderSettings {
    return this.#parts.settings.orders;
  }

  get store(): Store {
    return this.#parts.store;
  }

  get outbox(): Outbox {
    return this.#parts.outbox;
  }

  /** Null in a group that keeps no order. */
  get order(): KeptOrder | null {
    return this.#parts.self.consumer.keeps === "order" ? this.#parts.order : null;
  }

  /** Erases the order, when its retention is over. */
  erase(): Promise<void> {
    return eraseOrder(this.#parts, this.env, Date.now());
  }

  /** Tells whoever runs the Worker. */
  note(line: LogLine): void {
    this.#parts.log(line);
  }

  /** Gives up what is kept for a time only. */
  forgetOld(): Promise<void> {
    return forgetOld(this.#parts, Date.now());
  }

  /** Tells the members who has gone for good. */
  tellLeaves(): void {
    this.#parts.presence.tell(Date.now());
  }

  /** Records facts that are known to be of this order, and notifies the members. */
  async take(facts: readonly Fact[]): Promise<void> {
    const record = async (arrivals: readonly Arrival[]) => {
      const recorded = this.#parts.order.recordFacts(arrivals, await this.around());
      this.#ring(recorded);
      return recorded;
    };
    await recordOwn(
      this.key,
      { facts, orderId: null, raw: null },
      paymentIndex((group) => groupOf(this.env, group), indexPlace),
      record,
    );
  }

  /** Behind this, and before anything is awaited again, all that is written is one commit: what is only to be asked has been asked. */
  async around(): Promise<Surroundings> {
    await this.#parts.alarm.know();
    const { self, connections, settings } = this.#parts;
    const asks = self.consumer.keeps === "order" && (await canAsk(this.providers, this.env, settings.orders));
    return { now: Date.now(), watchers: connections.count, canAsk: asks };
  }
}
