// Flows of a sender that signs with an HMAC in a header, in the words of the development setting.
import { describedFlows } from "./described.ts";
import type { ProviderFlows } from "./flow.ts";

const words = {
  pending: "pending",
  failed: "failed",
  paid: "paid",
  refund: "refunded",
  refund_failed: "refund_failed",
};

export const hmac: ProviderFlows = {
  provider: "hmac",
  flows: describedFlows(
    "hmac",
    "https://docs.github.com/en/webhooks/using-webhooks/validating-webhook-deliveries",
    ({ id, type, order, payment, refund, amount, currency }) => ({
      event_id: id,
      status: words[type],
      order_id: order,
      payment_id: payment,
      refund_id: refund,
      amount,
      currency: currency ?? (amount === undefined ? undefined : "USD"),
      time: "2026-11-22T09:00:00Z",
    }),
  ),
};
