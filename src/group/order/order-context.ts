// The parts of a group that stores an order or forwards deliveries, created on first use.
import type { ConfiguredProviders } from "../../callbacks/configured.ts";
import { indexPlace } from "../../callbacks/order-id.ts";
import type { PaymentIndex } from "../../core/delivery.ts";
import type { LogLine } from "../../core/log.ts";
import { paymentIndex } from "../../core/payment-index.ts";
import type { OrderSettings } from "../../core/settings.ts";
import { groupOf, type BelfryEnv } from "../../env.ts";
import type { Alarm } from "../schedule/alarm.ts";
import type { DueTimes } from "../schedule/due-times.ts";
import type { Connections } from "../sockets/connections.ts";
import type { GroupStorage } from "../storage.ts";
import { Eraser } from "./erase.ts";
import { Forwarder } from "./forward.ts";
import { Intake } from "./intake.ts";
import { StoredOrder } from "./order.ts";
import { Outbox } from "./outbox.ts";
import { Reconciler } from "./reconcile.ts";
import { OrderStore } from "./store.ts";

export interface OrderContextOptions {
  readonly group: string;
  readonly biz: string;
  /** The constant epoch of the order's positions. */
  readonly epoch: string;
  /** False for a group that forwards unclaimed deliveries. */
  readonly isOrder: boolean;
  readonly storage: GroupStorage;
  readonly connections: Connections;
  readonly dueTimes: DueTimes;
  readonly alarm: Alarm;
  readonly providers: ConfiguredProviders;
  readonly env: BelfryEnv;
  readonly settings: OrderSettings;
  readonly deleteAll: () => Promise<void>;
  readonly log: (line: LogLine) => void;
}

export class OrderContext {
  readonly order: StoredOrder;
  readonly intake: Intake;
  readonly #options: OrderContextOptions;
  readonly #store: OrderStore;
  readonly #outbox: Outbox;
  readonly #index: PaymentIndex;
  #forwarder: Forwarder | undefined;
  #reconciler: Reconciler | undefined;
  #eraser: Eraser | undefined;

  constructor(options: OrderContextOptions) {
    const { biz, epoch, storage, isOrder, dueTimes, env, settings } = options;
    this.#options = options;
    this.#store = new OrderStore(storage);
    this.#outbox = new Outbox(storage, isOrder);
    this.order = new StoredOrder(biz, epoch, this.#store, this.#outbox, dueTimes, settings);
    this.#index = paymentIndex((group) => groupOf(env, group), indexPlace);
    this.intake = new Intake({ ...options, order: this.order, index: this.#index });
  }

  get forwarder(): Forwarder {
    return (this.#forwarder ??= new Forwarder(this.#parts));
  }

  get reconciler(): Reconciler {
    return (this.#reconciler ??= new Reconciler(this.#parts));
  }

  get eraser(): Eraser {
    return (this.#eraser ??= new Eraser(this.#parts));
  }

  get #parts() {
    return {
      ...this.#options,
      order: this.order,
      intake: this.intake,
      store: this.#store,
      outbox: this.#outbox,
      index: this.#index,
    };
  }
}
