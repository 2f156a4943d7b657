// What one group is made of, each part made when it is first asked for: a bad setting or an unknown name breaks no sleeping object.
import type { Settings } from "../core/settings.ts";
import { Alarm } from "./alarm.ts";
import { History, type Kept } from "./history.ts";
import { Identity } from "./identity.ts";
import { SentOnce } from "./once.ts";
import { KeptOrder } from "./order.ts";
import { Outbox } from "./outbox.ts";
import { Presence } from "./presence.ts";
import type { Sent } from "./requests.ts";
import { Store } from "./store.ts";

export class Parts {
  readonly ctx: DurableObjectState;
  readonly self: Identity;
  readonly store: Store;
  readonly once: SentOnce<Sent>;
  #history: History | undefined;

  constructor(ctx: DurableObjectState, env: Env) {
    this.ctx = ctx;
    this.self = new Identity(ctx.id, env);
    this.store = new Store(ctx.storage);
    this.once = new SentOnce(ctx.storage);
  }

  get settings(): Settings {
    return this.self.settings;
  }

  get history(): History {
    this.#history ??= new History(this.ctx.storage, this.self.consumer, this.self.epoch);
    return this.#history;
  }

  get presence(): Presence {
    return new Presence(this.ctx, this.self.consumer.presence === true);
  }

  get alarm(): Alarm {
    return new Alarm(this.ctx.storage, this.store, this.self.consumer.push);
  }

  get outbox(): Outbox {
    return new Outbox(this.ctx.storage, this.self.consumer.keeps === "order");
  }

  get order(): KeptOrder {
    return new KeptOrder(this.self.key, this.self.epoch, this.store, this.outbox, this.settings.orders);
  }

  /** What newcomers and those who come back get. */
  get kept(): Kept {
    return this.self.consumer.keeps === "order" ? this.order : this.history;
  }

  /** How old the latest tick may be to be told, in ms: a result of the period before is none any more. */
  get maxAge(): number {
    return this.self.consumer.push?.every(this.settings) ?? Infinity;
  }

  /** Nothing is left of the group: its next member finds it as if it had never been. */
  async forgetAll(): Promise<void> {
    await this.ctx.storage.deleteAll();
    this.#history = undefined;
  }
}
