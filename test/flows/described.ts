// Flows of senders whose events the setting describes: the same for the HMAC in a header and for Standard Webhooks.
import type { Flow, FlowEvent } from "./flow.ts";

/** What an event says, in no sender's words. */
export interface Statement {
  readonly id: string;
  readonly type: "pending" | "failed" | "paid" | "refund" | "refund_failed";
  readonly order?: string;
  readonly payment?: string;
  readonly refund?: string;
  readonly amount?: number;
  readonly currency?: string;
}

const usd = (amount: string) => ({ amount, currency: "USD" });
const registered = { A: usd("20.00") };
const unpriced = { paths: undefined, amount: "unsigned" };

const unpricedPayment = (provider: string, event_id: string) => ({
  reason: "no_amount" as const,
  provider,
  event_id,
  payment_id: "P1",
  amount: null,
  currency: null,
});

export function describedFlows(
  provider: string,
  source: string,
  event: (statement: Statement) => FlowEvent,
): readonly Flow[] {
  return [
    {
      name: "a payment that fails and succeeds pays the order",
      source,
      registered,
      events: (biz) => [
        event({ id: "1", type: "failed", order: biz("A"), payment: "P1", amount: 2000 }),
        event({ id: "2", type: "paid", order: biz("A"), payment: "P2", amount: 2000 }),
      ],
      ends: { A: { status: "paid", amount: "20", checked: true } },
      handedOn: 0,
    },
    {
      name: "a refund of 5.00 is 5.00, and names the payment only",
      source: "field.md: a refund of 500 counts as 1999",
      registered,
      events: (biz) => [
        event({ id: "1", type: "paid", order: biz("A"), payment: "P1", amount: 2000 }),
        event({ id: "2", type: "refund", payment: "P1", refund: "R1", amount: 500 }),
      ],
      ends: { A: { status: "partially_refunded", refunded: "5" } },
      handedOn: 0,
    },
    {
      name: "a refund larger than what was captured refunds all of it, and no more",
      source,
      registered,
      events: (biz) => [
        event({ id: "1", type: "paid", order: biz("A"), payment: "P1", amount: 2000 }),
        event({ id: "2", type: "refund", order: biz("A"), payment: "P1", refund: "R1", amount: 9000 }),
      ],
      ends: { A: { status: "refunded", refunded: "20" } },
      handedOn: 0,
    },
    {
      name: "a refund that failed leaves the order paid",
      source,
      registered,
      events: (biz) => [
        event({ id: "1", type: "paid", order: biz("A"), payment: "P1", amount: 2000 }),
        event({ id: "2", type: "refund", payment: "P1", refund: "R1", amount: 500 }),
        event({ id: "3", type: "refund_failed", payment: "P1", refund: "R1", amount: 500 }),
      ],
      ends: { A: { status: "paid", refunded: "0" } },
      handedOn: 0,
    },
    {
      name: "a payment of another amount leaves the order waiting, and an amount that is missing is a mismatch",
      source,
      registered,
      events: (biz) => [
        event({ id: "1", type: "paid", order: biz("A"), payment: "P1", amount: 100 }),
        event({ id: "2", type: "paid", order: biz("A"), payment: "P2" }),
      ],
      ends: {
        A: {
          status: "pending",
          underpaid: { paid: "1", missing: "19" },
          mismatches: [{ ...unpricedPayment(provider, "2"), payment_id: "P2" }],
        },
      },
      handedOn: 0,
    },
    {
      name: "a sender that signs no amount pays no registered order",
      source,
      setting: unpriced,
      registered,
      events: (biz) => [event({ id: "1", type: "paid", order: biz("A"), payment: "P1" })],
      ends: { A: { status: "pending", mismatches: [unpricedPayment(provider, "1")] } },
      handedOn: 0,
    },
    {
      name: "a sender that signs no amount pays an order that nobody registered, unchecked",
      source,
      setting: unpriced,
      requireRegistered: false,
      events: (biz) => [event({ id: "1", type: "paid", order: biz("A"), payment: "P1" })],
      ends: { A: { status: "paid", checked: false, amount: null } },
      handedOn: 0,
    },
    {
      name: "an unregistered order is held, and waits",
      source,
      events: (biz) => [event({ id: "1", type: "paid", order: biz("A"), payment: "P1", amount: 2000 })],
      ends: { A: { status: "pending", held: "not_registered", version: 0 } },
      handedOn: 0,
    },
  ];
}
