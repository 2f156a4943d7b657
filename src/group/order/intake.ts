// Records facts that the group itself obtained, and notifies the members of visible changes.
import type { ConfiguredProviders } from "../../callbacks/configured.ts";
import { recordOwn, type Arrival, type PaymentIndex } from "../../core/delivery.ts";
import type { Fact } from "../../core/fact.ts";
import { encode, orderFrame } from "../../core/frames.ts";
import type { OrderSettings } from "../../core/settings.ts";
import type { BelfryEnv } from "../../env.ts";
import type { Alarm } from "../schedule/alarm.ts";
import type { Connections } from "../sockets/connections.ts";
import type { Change, OrderConditions, StoredOrder } from "./order.ts";
import { canQuery } from "./query.ts";

interface IntakeOptions {
  readonly biz: string;
  readonly order: StoredOrder;
  readonly connections: Connections;
  readonly alarm: Alarm;
  readonly providers: ConfiguredProviders;
  readonly env: BelfryEnv;
  readonly index: PaymentIndex;
  readonly settings: OrderSettings;
}

export class Intake {
  readonly #options: IntakeOptions;

  constructor(options: IntakeOptions) {
    this.#options = options;
  }

  /**
   * Reads everything that needs an `await`. Callers must not await again before writing, so that all
   * their writes form one commit.
   */
  async conditions(): Promise<OrderConditions> {
    const { alarm, providers, env, settings, connections } = this.#options;
    await alarm.load();
    const isQueryable = await canQuery(providers, env, settings);
    return { now: Date.now(), watchers: connections.count, canQuery: isQueryable };
  }

  async setDueTimes(): Promise<void> {
    this.#options.order.setDueTimes(await this.conditions());
  }

  /** Records facts of this order that come from a query or from its expiry. */
  async recordOwn(facts: readonly Fact[]): Promise<void> {
    const { biz, order, index } = this.#options;
    const record = async (arrivals: readonly Arrival[]) => {
      const recorded = order.recordFacts(arrivals, await this.conditions());
      this.notifyMembers(recorded);
      return recorded;
    };
    await recordOwn(biz, { facts, orderId: null, raw: null }, index, record);
  }

  /** Sends the order's frame to all members if it changed. */
  notifyMembers({ changed, order }: Change): void {
    if (!changed) return;
    const { biz, connections } = this.#options;
    const receivers = connections.receivers({ kind: "group" }, null);
    const frame = encode(orderFrame(biz, order.status));
    connections.deliver(receivers, [{ data: frame, position: this.#options.order.position() }]);
  }
}
