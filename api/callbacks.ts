// Descriptions of the callback routes: the merchant's own callback and the webhooks of payment
// providers.
import * as v from "valibot";
import { MerchantReport } from "../src/callbacks/merchant.ts";
import { providers } from "../src/callbacks/providers.ts";
import { OrderOutcome } from "../src/http/response-schemas.ts";
import { documented, type Operation, type Parameter } from "./operation.ts";
import { biz, EXAMPLE_BIZ } from "./parameters.ts";

/** Statuses of an order, in Markdown. docs/payments.md explains them. */
export const STATUSES =
  "`pending`; `failed`: an attempt ended, another may follow; `closed`: nothing was paid, and nothing can be; `paid`; `partially_refunded`; `refunded`.";

export const callbackSchemas = {
  Saying: documented(
    MerchantReport,
    "The merchant's report on an order. Every key is optional; an empty body reports `paid`.",
    {
      biz: "The order's id. Required in a signed body, because the signature excludes the URL.",
      paid: "`true`, or `false` for a failed attempt. Null is rejected.",
      status: `${STATUSES} Must not contradict \`paid\`. Null is rejected.`,
      event_id:
        "Your own id of the event. A repetition with the same `event_id` and `status` is a duplicate: no change, no push.",
      payment_id: "Your own id of the payment.",
      amount:
        'An integer in minor units (`1999`) or a decimal string in major ones (`"19.99"`); only together with `currency`. With `partially_refunded`: the total refunded so far.',
      currency: "ISO 4217; only together with `amount`.",
    },
  ),
  OrderOutcome: documented(OrderOutcome, "The outcome of an order, as its page receives it.", {
    biz: "The order's id.",
    paid: "True for `paid` and `partially_refunded`.",
    status: STATUSES,
  }),
};

const outcome = { biz: EXAMPLE_BIZ, paid: true, status: "paid" };

const signed = (description: string): Parameter => ({
  schema: v.string(),
  description: `${description}, where the request is signed.`,
});

const reportOutcome: Operation = {
  operationId: "reportOutcome",
  route: "POST /callback/:biz/",
  tag: "orders",
  summary: "Report an order's status",
  description:
    "Stores the report, then pushes the outcome to the order's group; a later connection receives it at once. The response is the order's status now, which may differ from the report: a payment outranks a failed attempt, in either order of arrival. Retry after a timeout or a 5xx: the route is idempotent.",
  pathParameters: { biz },
  headerParameters: {
    "webhook-id": signed("Id of the delivery"),
    "webhook-timestamp": signed("Seconds since 1970, at most 300 s in the past or future"),
  },
  requestBody: {
    schema: "Saying",
    required: false,
    description: "The report. Required in a signed request.",
  },
  responses: [{ status: 200, description: "The order's status now.", schema: "OrderOutcome" }],
  examples: {
    empty: { summary: "An empty body reports paid", status: 200, value: outcome },
    paid: {
      summary: "Paid, with amount and ids",
      body: { status: "paid", event_id: "e-1", payment_id: "p-1", amount: "19.99", currency: "CNY" },
      status: 200,
      value: outcome,
    },
    failed: {
      summary: "A failed attempt",
      body: { paid: false },
      status: 200,
      value: { biz: EXAMPLE_BIZ, paid: false, status: "failed" },
    },
    partly_refunded: {
      summary: "A partial refund of five",
      body: { status: "partially_refunded", amount: 500, currency: "CNY" },
      requires: ["reportOutcome.paid"],
      status: 200,
      value: { biz: EXAMPLE_BIZ, paid: true, status: "partially_refunded" },
    },
    signed: {
      summary: "Signed as a Standard Webhook, without a key",
      sender: "provider",
      body: { biz: EXAMPLE_BIZ, status: "paid" },
      status: 200,
      value: outcome,
    },
    contradiction: {
      summary: "A status that contradicts paid",
      body: { paid: true, status: "failed" },
      problem: "bad_callback",
      detail: "paid contradicts status",
    },
    not_json: { summary: "Not JSON", body: "{paid}", problem: "not_json" },
    no_key: { summary: "Neither a key nor a signature", sender: "anyone", problem: "unauthorized" },
  },
};

const takeDelivery: Operation = {
  operationId: "takeDelivery",
  route: "POST /callbacks/:provider",
  tag: "payments",
  summary: "Receive a provider's webhook",
  description:
    "Configure this URL at the provider. Belfry verifies the signature over the raw bytes, stores the facts in the order's group, then acknowledges in the provider's format, which ends its retries. A delivery is acknowledged as well if it is a duplicate, belongs to another account or mode, waits for its payment, or contains no fact.",
  pathParameters: {
    provider: {
      schema: v.picklist([...providers.keys()]),
      description: "The provider's name. 404 while its setting is missing.",
      example: "stripe",
    },
  },
  requestBody: {
    schema: null,
    required: true,
    description: "The provider's body, unchanged.",
    contentTypes: ["application/json", "application/x-www-form-urlencoded"],
  },
  responses: [
    {
      status: 200,
      description: "Authentic: the provider's success reply.",
      schema: null,
      contentTypes: ["text/plain"],
    },
    {
      status: 401,
      description: "The signature or the body is invalid: the provider's failure reply.",
      schema: null,
      contentTypes: ["text/plain", "application/json"],
    },
    {
      status: 503,
      description: "Storing failed: the provider delivers again.",
      schema: null,
      contentTypes: ["text/plain", "application/json"],
    },
  ],
  examples: {
    stripe: {
      summary: "Stripe: a paid checkout",
      sender: "provider",
      body: {
        id: "evt_1",
        object: "event",
        type: "checkout.session.completed",
        livemode: false,
        data: {
          object: {
            id: "cs_1",
            object: "checkout.session",
            client_reference_id: EXAMPLE_BIZ,
            payment_intent: "pi_1",
            payment_status: "paid",
            amount_total: 1999,
            currency: "usd",
          },
        },
      },
      status: 200,
      value: "",
    },
    standard: {
      summary: "A backend of your own, by Standard Webhooks",
      sender: "provider",
      parameters: { provider: "standard" },
      body: {
        type: "payment.succeeded",
        data: { order_id: EXAMPLE_BIZ, payment_id: "p-1", amount: 1999, currency: "USD" },
      },
      status: 200,
      value: "",
    },
    forged: {
      summary: "A delivery without a signature",
      sender: "anyone",
      body: { id: "evt_1", object: "event" },
      status: 401,
      value: "",
    },
    unknown: {
      summary: "An unknown provider",
      sender: "anyone",
      parameters: { provider: "nobody" },
      body: {},
      problem: "unknown_provider",
    },
  },
};

export const callbackOperations: readonly Operation[] = [reportOutcome, takeDelivery];
