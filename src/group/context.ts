// The parts of one group, created on first use: an invalid setting or an unknown consumer must not
// break a sleeping object.
import type { ConfiguredProviders } from "../callbacks/configured.ts";
import type { Consumer, Tick } from "../consumers/consumer.ts";
import { Counters, type MetricName, type Sample } from "../core/counters.ts";
import type { SendRequest, SendResult } from "../core/group-api.ts";
import { splitGroup } from "../core/group.ts";
import type { LogLine } from "../core/log.ts";
import { findByGroup, paramsOf } from "../core/route.ts";
import { settingsOf, type Settings } from "../core/settings.ts";
import type { BelfryEnv } from "../env.ts";
import type { Installation } from "../installation.ts";
import { log } from "../observe/log.ts";
import { OrderContext } from "./order/order-context.ts";
import { PaymentIndexPart } from "./order/payment-index.ts";
import { History, type PublicationLog } from "./publishing/history.ts";
import { IdempotencyStore } from "./publishing/idempotency.ts";
import { Publisher, type PublishOutcome } from "./publishing/publish.ts";
import { PublishQueue } from "./publishing/queue.ts";
import { Alarm } from "./schedule/alarm.ts";
import { DueTimes } from "./schedule/due-times.ts";
import type { JobHandlers } from "./schedule/jobs.ts";
import { Lifecycle } from "./schedule/lifecycle.ts";
import { Ticker } from "./schedule/tick.ts";
import { Connections } from "./sockets/connections.ts";
import { countsOf } from "./sockets/list.ts";
import { Members } from "./sockets/members.ts";
import { Presence } from "./sockets/presence.ts";
import { GroupStorage } from "./storage.ts";

export class GroupContext {
  readonly storage: GroupStorage;
  readonly connections: Connections;
  readonly dueTimes: DueTimes;
  readonly alarm: Alarm;
  readonly #ctx: DurableObjectState;
  readonly #env: BelfryEnv;
  readonly #consumers: readonly Consumer[];
  readonly #providers: ConfiguredProviders;
  readonly #counters = new Counters();
  readonly #idempotency: IdempotencyStore<SendResult>;
  #consumer: Consumer | undefined;
  #members: Members | undefined;
  #presence: Presence | undefined;
  #history: History | undefined;
  #queue: PublishQueue<SendRequest, PublishOutcome> | undefined;
  #ticker: Ticker | undefined;
  #lifecycle: Lifecycle | undefined;
  #orders: OrderContext | undefined;
  #index: PaymentIndexPart | undefined;

  constructor(ctx: DurableObjectState, env: BelfryEnv, { allConsumers, providers }: Installation) {
    this.#ctx = ctx;
    this.#env = env;
    this.#consumers = allConsumers;
    this.#providers = providers;
    this.storage = new GroupStorage(ctx.storage);
    this.connections = new Connections(ctx, this.#counters);
    this.dueTimes = new DueTimes(this.storage);
    this.alarm = new Alarm(ctx.storage, this.dueTimes, () => this.#periodMs);
    this.#idempotency = new IdempotencyStore(this.storage);
  }

  get name(): string {
    const { name } = this.#ctx.id;
    if (name === undefined) throw new Error("a group is addressed by name");
    return name;
  }

  /** The name without the consumer: in an order's group, the biz. */
  get key(): string {
    return splitGroup(this.name).key;
  }

  get consumer(): Consumer {
    return (this.#consumer ??= this.#findConsumer());
  }

  #findConsumer(): Consumer {
    const found = findByGroup(this.#consumers, this.name);
    if (!found.ok) throw new Error(`no consumer serves the group ${this.name}`);
    return found.value.consumer;
  }

  get isOrder(): boolean {
    return this.consumer.keeps === "order";
  }

  /** Whether the settings are valid; logs the invalid one. */
  get hasValidSettings(): boolean {
    const settings = settingsOf(this.#env);
    if (settings.ok) return true;
    log(this.#env, { event: "setting", reason: "bad_setting", ...settings.reason });
    return false;
  }

  /** Throws if a setting is invalid. */
  get settings(): Settings {
    const settings = settingsOf(this.#env);
    if (!settings.ok) throw new Error(`${settings.reason.setting} must be ${settings.reason.expected}`);
    return settings.value;
  }

  get members(): Members {
    return (this.#members ??= new Members({
      group: this.name,
      access: this.consumer.access,
      isOrder: this.isOrder,
      connections: this.connections,
      presence: this.#presencePart,
      dueTimes: this.dueTimes,
      welcome: () => ({
        publications: this.publications,
        isOrder: this.isOrder,
        maxAgeMs: this.maxAgeMs,
        connections: this.connections.count,
        onRecovery: (recovered) => this.#counters.add("belfry_recoveries_total", { recovered: String(recovered) }),
      }),
      settings: () => this.settings,
      log: this.log,
    }));
  }

  get queue(): PublishQueue<SendRequest, PublishOutcome> {
    return (this.#queue ??= this.#createQueue());
  }

  #createQueue(): PublishQueue<SendRequest, PublishOutcome> {
    const publisher = new Publisher({
      storage: this.storage,
      connections: this.connections,
      history: this.#historyPart,
      publications: this.publications,
      idempotency: this.#idempotency,
      dueTimes: this.dueTimes,
    });
    return new PublishQueue((requests) => publisher.publishAll(requests, Date.now()));
  }

  get ticker(): Ticker {
    return (this.#ticker ??= new Ticker({
      push: this.consumer.push,
      tick: () => ({
        group: this.name,
        params: paramsOf(this.consumer, this.name),
        env: this.#env as Tick["env"], // the platform passes the Worker's whole environment
        settings: this.settings,
      }),
      connections: this.connections,
      history: this.#historyPart,
      log: this.log,
    }));
  }

  get lifecycle(): Lifecycle {
    return (this.#lifecycle ??= new Lifecycle({
      consumer: this.consumer,
      connections: this.connections,
      presence: this.#presencePart,
      dueTimes: this.dueTimes,
      alarm: this.alarm,
      ticker: this.ticker,
      history: this.#historyPart,
      idempotency: this.#idempotency,
      intake: this.isOrder ? this.orders.intake : null,
      deleteAll: this.#deleteAll,
    }));
  }

  get orders(): OrderContext {
    return (this.#orders ??= new OrderContext({
      group: this.name,
      biz: this.key,
      epoch: this.#fixedEpoch,
      isOrder: this.isOrder,
      storage: this.storage,
      connections: this.connections,
      dueTimes: this.dueTimes,
      alarm: this.alarm,
      providers: this.#providers,
      env: this.#env,
      settings: this.settings.orders,
      deleteAll: this.#deleteAll,
      log: this.log,
    }));
  }

  get index(): PaymentIndexPart {
    return (this.#index ??= new PaymentIndexPart(this.storage));
  }

  /** The publications that late and returning members receive. */
  get publications(): PublicationLog {
    return this.isOrder ? this.orders.order : this.#historyPart;
  }

  /** Maximum age of the latest tick, in ms: one period. */
  get maxAgeMs(): number {
    return this.#periodMs ?? Infinity;
  }

  /** Null for a group without pushes. */
  get #periodMs(): number | null {
    return this.consumer.push?.every(this.settings) ?? null;
  }

  readonly jobHandlers: JobHandlers = {
    reconcile: () => this.orders.reconciler.reconcile(),
    expiry: () => this.orders.reconciler.expire(),
    forward: () => this.orders.forwarder.forwardNext(),
    cleanup: () =>
      this.isOrder
        ? this.orders.eraser.eraseExpired(Date.now())
        : this.orders.forwarder.deleteOldDeliveries(Date.now()),
    history: () => this.lifecycle.deleteExpired(Date.now()),
    presence: () => this.#presencePart.announceLeaves(Date.now()),
    tokens: () => this.members.checkTokens(Date.now()),
  };

  /** Logs and counts an event. */
  readonly log = (line: LogLine): void => {
    this.#counters.count(line);
    log(this.#env, line);
  };

  /** Counters since the object woke, and the current gauges. */
  samples(): readonly Sample[] {
    const group = this.name;
    const { connections, users } = countsOf(this.connections);
    const gauges = {
      belfry_connections: connections,
      belfry_users: users,
      belfry_offset: this.publications.position()?.offset ?? 0,
    };
    const counted = this.#counters
      .samples()
      .map(({ name, labels, value }) => ({ name, labels: { group, ...labels }, value }));
    const current = Object.entries(gauges).map(([name, value]) => ({
      name: name as MetricName, // a key of `gauges`
      labels: { group },
      value,
    }));
    return [...current, ...counted];
  }

  get #presencePart(): Presence {
    return (this.#presence ??= new Presence(this.connections, this.storage, this.consumer.presence === true));
  }

  get #historyPart(): History {
    return (this.#history ??= new History(this.storage, this.consumer, this.#fixedEpoch));
  }

  /** An epoch derived from the name instead of a row: for orders, and for groups without retention. */
  get #fixedEpoch(): string {
    return this.#ctx.id.toString().slice(0, 8);
  }

  readonly #deleteAll = async (): Promise<void> => {
    this.alarm.invalidate();
    await this.storage.deleteAll();
  };
}
