// A payment flow: events as a provider sends them, in the order in which they usually come, and the orders that they end in.
import type { BackendOrder } from "../../src/core/order-view.ts";

/** The biz of an order by its name in the flow: "A", "B". Each run has its own. */
export type BizOf = (name: string) => string;

export interface Flow {
  /** A sentence: what happens, and what follows. */
  readonly name: string;
  /** The document or the public report that it comes from. */
  readonly source: string;
  /** What the instance's setting has beside the development one. */
  readonly setting?: Readonly<Record<string, unknown>>;
  /** False: a provider's payment counts without a registration. */
  readonly requireRegistered?: false;
  /** What the shop registered before the first event, by the order's name. */
  readonly registered?: Readonly<Record<string, { readonly amount: string; readonly currency: string }>>;
  readonly events: (biz: BizOf) => readonly FlowEvent[];
  /** What the backend sees of each order at the end, in part at least. */
  readonly ends: Readonly<Record<string, Partial<BackendOrder>>>;
  /** How many of the events end as a fact of no order: handed on, or waiting for their payment. */
  readonly handedOn: number;
  /** Why the order of arrival decides here, where the specification says that it does. */
  readonly inThisOrder?: string;
}

/** The provider's own event, unsigned: a webhook's JSON; of Adyen an item; of Alipay the form's fields; of WeChat Pay with `resource` open. */
export type FlowEvent = Readonly<Record<string, unknown>>;

export interface ProviderFlows {
  readonly provider: string;
  readonly flows: readonly Flow[];
}
