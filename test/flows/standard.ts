// Flows of a sender of Standard Webhooks, in the types that hold without `outcomes`.
import { describedFlows } from "./described.ts";
import type { Flow, ProviderFlows } from "./flow.ts";

const types = {
  pending: "payment.pending",
  failed: "payment.failed",
  paid: "payment.succeeded",
  refund: "refund.succeeded",
  refund_failed: "refund.failed",
};

export const standard: ProviderFlows = {
  provider: "standard",
  flows: describedFlows(
    "standard",
    "https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md",
    ({ id, type, order, payment, refund, amount, currency }) => ({
      type: types[type],
      timestamp: "2026-11-22T09:00:00Z",
      data: {
        event_id: id,
        order_id: order,
        payment_id: payment,
        refund_id: refund,
        amount,
        currency: currency ?? (amount === undefined ? undefined : "USD"),
      },
    }),
  ).map(withEventPath),
};

/** The signer's `webhook-id` follows from the order and the outcome; here events have ids of their own. */
function withEventPath(flow: Flow): Flow {
  const isUnsigned = flow.setting?.["amount"] === "unsigned";
  const paths = isUnsigned ? {} : { amount: "data.amount", currency: "data.currency" };
  return { ...flow, setting: { ...flow.setting, paths: { ...paths, event: "data.event_id" } } };
}
