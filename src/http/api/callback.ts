// The callbacks, told: the merchant's own, and the deliveries of payment providers with what they are answered.
import * as v from "valibot";
import { MerchantReport } from "../../callbacks/merchant.ts";
import { providers } from "../../callbacks/providers.ts";
import { BODY_BYTES, WEBHOOK_BYTES } from "../../core/limits.ts";
import { OrderOutcome } from "../answers.ts";
import { described, type Operation, type Param } from "./operation.ts";
import { biz, EXAMPLE_BIZ } from "./params.ts";

/** The statuses of an order, as docs/payments.md has them. */
export const STATUSES =
  "`pending`; `failed`: an attempt ended, another may follow; `closed`: nothing was paid, and nothing can be; `paid`; `partially_refunded`; `refunded`.";

export const callbackSchemas = {
  Saying: described(
    MerchantReport,
    "What became of an order. Every key may be left out; an empty body says that it is paid.",
    {
      biz: "The order's own id. A signed body has to name it: a signature does not cover the URL.",
      paid: "`true`, or `false` for a failed attempt. Null says that nothing is known, which is no callback.",
      status: `${STATUSES} Must not contradict \`paid\`. Null is refused too.`,
      event_id:
        "Your own id of what you report: the same `event_id` and `status` again change nothing and push nothing.",
      payment_id: "Your own id of the payment.",
      amount:
        'An integer in minor units (`1999`) or a decimal string in major ones (`"19.99"`); only together with `currency`. With `partially_refunded`: what has been refunded so far.',
      currency: "ISO 4217; only together with `amount`.",
    },
  ),
  OrderOutcome: described(OrderOutcome, "What pages see of an order.", {
    biz: "The order's id.",
    paid: "True for `paid` and `partially_refunded`.",
    status: STATUSES,
  }),
};

const outcome = { biz: EXAMPLE_BIZ, paid: true, status: "paid" };

const signed = (about: string): Param => ({ schema: v.string(), about: `${about}, where the request is signed.` });

const reportOutcome: Operation = {
  id: "reportOutcome",
  method: "post",
  path: "/callback/:biz/",
  family: "orders",
  summary: "Report what became of an order",
  about:
    "The outcome is kept before the answer comes; it is pushed to everybody in the order's group, and whoever connects later gets it at once. The answer is what pages now see, which need not be what was sent: a payment outranks a failed attempt, whichever comes first. If no answer comes, or a 5xx, send it again: twice does no harm.",
  who: "merchant",
  params: { biz },
  headers: {
    "webhook-id": signed("The delivery's id"),
    "webhook-timestamp": signed("Seconds since 1970, at most 300 s old or new"),
  },
  body: {
    schema: "Saying",
    required: false,
    about: "What became of it. A signed request needs one.",
    bytes: BODY_BYTES,
  },
  answers: [{ status: 200, about: "What pages now see.", schema: "OrderOutcome" }],
  refusals: [
    "not_json",
    "unauthorized",
    "unknown_order",
    "bad_callback",
    "order_erased",
    "order_full",
    "group_unavailable",
  ],
  examples: {
    empty: { summary: "An empty body: it is paid", status: 200, answer: outcome },
    paid: {
      summary: "Paid, with amount and ids",
      body: { status: "paid", event_id: "e-1", payment_id: "p-1", amount: "19.99", currency: "CNY" },
      status: 200,
      answer: outcome,
    },
    failed: {
      summary: "An attempt that failed",
      body: { paid: false },
      status: 200,
      answer: { biz: EXAMPLE_BIZ, paid: false, status: "failed" },
    },
    partly_refunded: {
      summary: "Five of it went back",
      body: { status: "partially_refunded", amount: 500, currency: "CNY" },
      after: ["reportOutcome.paid"],
      status: 200,
      answer: { biz: EXAMPLE_BIZ, paid: true, status: "partially_refunded" },
    },
    signed: {
      summary: "Signed as a Standard Webhook, without a key",
      by: "provider",
      body: { biz: EXAMPLE_BIZ, status: "paid" },
      status: 200,
      answer: outcome,
    },
    contradiction: {
      summary: "A status that contradicts paid",
      body: { paid: true, status: "failed" },
      refused: "bad_callback",
      detail: "paid contradicts status",
    },
    not_json: { summary: "Not JSON", body: "{paid}", refused: "not_json" },
    no_key: { summary: "Neither a key nor a signature", by: "anyone", refused: "unauthorized" },
  },
};

const takeDelivery: Operation = {
  id: "takeDelivery",
  method: "post",
  path: "/callbacks/:provider",
  family: "payments",
  summary: "Take a payment provider's delivery",
  about:
    "For providers, not for you: give them this URL. The signature is checked over the raw bytes, what is signed is put into the order's group, and only then comes the reply that stops the provider from sending the same again, in its own words. A delivery is acknowledged too if it was stored before, is about another account or mode, waits for its payment, or proves nothing.",
  who: "provider",
  params: {
    provider: {
      schema: v.picklist([...providers.keys()]),
      about: "One of nine. Without its secret: 404.",
      example: "stripe",
    },
  },
  body: {
    schema: null,
    required: true,
    about: "What the provider sends, to the byte.",
    types: ["application/json", "application/x-www-form-urlencoded"],
    bytes: WEBHOOK_BYTES,
  },
  answers: [
    {
      status: 200,
      about: "Authentic, whatever it is about: the provider's word for success.",
      schema: null,
      types: ["text/plain"],
    },
    {
      status: 401,
      about: "Not signed by the provider, or not readable: its word for failure.",
      schema: null,
      types: ["text/plain", "application/json"],
    },
    { status: 503, about: "Not stored: it is to come again.", schema: null, types: ["text/plain", "application/json"] },
  ],
  refusals: ["unknown_provider"],
  examples: {
    stripe: {
      summary: "Stripe: a checkout was paid",
      by: "provider",
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
      answer: "",
    },
    standard: {
      summary: "A backend of your own, by Standard Webhooks",
      by: "provider",
      params: { provider: "standard" },
      body: {
        type: "payment.succeeded",
        data: { order_id: EXAMPLE_BIZ, payment_id: "p-1", amount: 1999, currency: "USD" },
      },
      status: 200,
      answer: "",
    },
    forged: {
      summary: "A delivery that nobody signed",
      by: "anyone",
      body: { id: "evt_1", object: "event" },
      status: 401,
      answer: "",
    },
    unknown: {
      summary: "A provider there is none of",
      by: "anyone",
      params: { provider: "nobody" },
      body: {},
      refused: "unknown_provider",
    },
  },
};

export const callbackOperations: readonly Operation[] = [reportOutcome, takeDelivery];
