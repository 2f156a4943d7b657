// What one group is made of, each part made when it is first asked for: a bad setting or an unknown name breaks no sleeping object.
import type { Positioned } from "../core/frames.ts";
import type { Sent } from "../core/group-api.ts";
import type { LogLine } from "../core/log.ts";
import type { Settings } from "../core/settings.ts";
import { Counters, type MetricName, type Sample } from "../core/counters.ts";
import { log } from "../observe/log.ts";
import { Alarm } from "./alarm.ts";
import { Connections, type Receivers } from "./connections.ts";
import { History, type Kept } from "./history.ts";
import { Identity } from "./identity.ts";
import { countsOf } from "./list.ts";
import { SentOnce } from "./once.ts";
import { KeptOrder } from "./order.ts";
import { Outbox } from "./outbox.ts";
import { PaymentIndexPart } from "./payment-index.ts";
import { Presence } from "./presence.ts";
import { Rows } from "./rows.ts";
import { Store } from "./store.ts";
import type { ConfiguredProviders } from "../callbacks/configured.ts";
import type { BelfryEnv } from "../env.ts";
import type { Installation } from "../installation.ts";

export class Parts {
  readonly self: Identity;
  readonly connections: Connections;
  readonly store: Store;
  readonly once: SentOnce<Sent>;
  readonly #storage: DurableObjectStorage;
  readonly #rows: Rows;
  readonly providers: ConfiguredProviders;
  readonly #env: BelfryEnv;
  readonly #counters = new Counters();
  #alarm: Alarm | undefined;
  #history: History | undefined;
  #order: KeptOrder | undefined;
  #index: PaymentIndexPart | undefined;

  constructor(ctx: DurableObjectState, env: BelfryEnv, { allConsumers, providers }: Installation) {
    this.#storage = ctx.storage;
    this.#rows = new Rows(ctx.storage);
    this.#env = env;
    this.self = new Identity(ctx.id, env, allConsumers);
    this.providers = providers;
    this.connections = new Connections(ctx);
    this.store = new Store(this.#rows);
    this.once = new SentOnce(this.#rows);
  }

  get settings(): Settings {
    return this.self.settings;
  }

  get history(): History {
    return (this.#history ??= new History(this.#rows, this.self.consumer, this.self.epoch));
  }

  get presence(): Presence {
    return new Presence(this.connections, this.#rows, this.self.consumer.presence === true);
  }

  get alarm(): Alarm {
    return (this.#alarm ??= new Alarm(this.#storage, this.store, this.self.consumer.push));
  }

  get outbox(): Outbox {
    return new Outbox(this.#rows, this.self.consumer.keeps === "order");
  }

  get order(): KeptOrder {
    const { key, epoch } = this.self;
    return (this.#order ??= new KeptOrder(key, epoch, this.store, this.outbox, this.settings.orders));
  }

  get index(): PaymentIndexPart {
    return (this.#index ??= new PaymentIndexPart(this.#rows));
  }

  /** What newcomers and those who come back get. */
  get kept(): Kept {
    return this.self.consumer.keeps === "order" ? this.order : this.history;
  }

  /** How old the latest tick may be to be told, in ms: a result of the period before is none any more. */
  get maxAge(): number {
    return this.self.consumer.push?.every(this.settings) ?? Infinity;
  }

  /** Tells whoever runs the Worker, and counts. */
  log(line: LogLine): void {
    this.#counters.count(line);
    log(this.#env, line);
  }

  /** A client in belfry.v1 has come back with a position. */
  countRecovery(recovered: boolean): void {
    this.#counters.add("belfry_recoveries_total", { recovered: String(recovered) });
  }

  /** Sends publications to their receivers, those in belfry.v1 all at once. */
  deliver(receivers: Receivers, publications: readonly Positioned[]): void {
    const frames = this.connections.deliver(receivers, publications);
    this.#counters.add("belfry_publications_total", {}, publications.length);
    this.#counters.add("belfry_frames_total", {}, frames);
  }

  /** The counts of this group since its object woke last, and what is open and published now. */
  samples(): readonly Sample[] {
    const group = this.self.name;
    const { connections, users } = countsOf(this.connections);
    const now = {
      belfry_connections: connections,
      belfry_users: users,
      belfry_offset: this.kept.position()?.offset ?? 0,
    };
    const counted = this.#counters
      .samples()
      .map(({ name, labels, value }) => ({ name, labels: { group, ...labels }, value }));
    const gauges = Object.entries(now).map(([name, value]) => ({ name: name as MetricName, labels: { group }, value })); // the keys of `now`
    return [...gauges, ...counted];
  }

  /** Nothing is left of the group: its next member finds it as if it had never been. */
  async forgetAll(): Promise<void> {
    this.alarm.forget();
    await this.#rows.deleteAll();
  }
}
