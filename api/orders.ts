// Descriptions of the order routes: registration, the views of browsers and backends, erasure.
import * as v from "valibot";
import {
  BackendOrderResponse,
  BrowserOrderResponse,
  Dispute,
  Forwards,
  Mismatch,
  Money,
  Payment,
  Underpaid,
} from "../src/http/response-schemas.ts";
import { OrderId, Registration } from "../src/http/request-schemas.ts";
import { STATUSES } from "./callbacks.ts";
import { documented, type Operation } from "./operation.ts";
import { biz, EXAMPLE_BIZ } from "./parameters.ts";

/** Body of `PUT /orders`. */
const RegistrationById = v.object({ order_id: OrderId, ...Registration.entries });

const registrationTexts = {
  amount:
    'The expected amount: an integer in ISO 4217\'s minor units (`1999`) or a decimal string in major ones (`"19.99"`). For CLP, CVE, HUF, IDR, ISK, MGA, TWD and UGX, whose minor units differ between providers, only a decimal string.',
  currency: "ISO 4217.",
  expires_in: "Seconds until the unpaid order closes; at most a year. Absent or null: never.",
};

const orderTexts = {
  biz: "The order's id.",
  status: `${STATUSES} Independent of the callbacks' order of arrival.`,
  paid: "Whether the order is paid and at most partially refunded.",
  version: "Increases by one with every change that a page can see; 0 for an unknown order.",
  expires_at: "When the unpaid order closes; null: never.",
};

const paymentTexts = {
  provider: "The instance that reported it; `backend` for your own callback.",
  event_id: "The sender's id of the event.",
  payment_id: "The sender's id of the payment.",
  amount: "The captured amount in major units, or in the provider's units if the currency is unknown.",
  currency: "The currency of the payment.",
};

export const orderSchemas = {
  Registration: documented(Registration, "The expected payment of an order.", registrationTexts),
  RegistrationById: documented(RegistrationById, "The expected payment of an order, by the merchant's id.", {
    order_id:
      "Your own id of the order, up to 200 characters. An id in the format of a biz is the biz; any other id is mapped to one.",
    ...registrationTexts,
  }),
  BrowserOrder: documented(BrowserOrderResponse, "The browser's view of an order.", orderTexts),
  BackendOrder: documented(BackendOrderResponse, "The backend's view of an order.", {
    ...orderTexts,
    order_id: "Your own id; null if it is the biz.",
    registered: "The registered amount, in major units; null without a registration.",
    amount: "Sum of the accepted payments, in major units; null without one that states an amount.",
    currency: "The currency of the payment.",
    refunded: "Refunded part of the order's amount, in major units.",
    checked: "Whether the accepted payments reach the registered amount in its currency.",
    late: "Whether the payment arrived after the order had closed or expired.",
    held: "`not_registered`: a payment waits for the order's registration; null: none does.",
    overpaid: "Excess of the accepted payments over the amount, in major units: to be refunded.",
    underpaid: "Paid and missing amount of a partly paid order; null otherwise.",
    payments: "The accepted payments.",
    excess_payments: "Payments beyond the amount, to be refunded. A refund removes the payment.",
    mismatches: "Authentic reports that are not accepted, each with its reason. A refund of the payment removes it.",
    disputed: "The worst of all disputes: `lost`, then `open`, then `won`; `none` without one. It changes no status.",
    disputes: "The disputes of its payments.",
    full: "Whether events exceeded the order's limit of 1,000 facts. Such events are forwarded, not recorded.",
    erased_at: "When the order was erased; null: never.",
    forwards: "Pending and failed forwards to `FORWARD_URL`.",
  }),
  Payment: documented(Payment, "A payment as reported.", paymentTexts),
  Mismatch: documented(Mismatch, "An authentic report that is not accepted.", {
    reason:
      "`currency`: differs from the order's; `unknown_currency`: its minor units are unknown; `no_amount`: the event states no amount; `payment_of_another_order`: another order claimed the payment first; `split_failed`: part of a failed split payment; `refund_currency`: differs from the payment's.",
    ...paymentTexts,
  }),
  Dispute: documented(Dispute, "A dispute of a payment.", {
    provider: "The instance that reported it.",
    dispute_id: "The provider's id of the dispute; null if a payment has at most one.",
    payment_id: "The provider's id of the payment.",
    status: "The state of the dispute.",
    amount: "The disputed amount, in major units.",
    currency: "The currency of the dispute.",
  }),
  Underpaid: documented(Underpaid, "A partly paid order, in major units of the registered currency.", {
    paid: "Paid so far.",
    missing: "Missing amount.",
  }),
  Money: documented(Money, "An amount of money.", { amount: "A decimal in major units.", currency: "ISO 4217." }),
  Forwards: documented(Forwards, "Forwards to the merchant's backend.", {
    owed: "Number of pending forwards.",
    given_up: "Number of forwards that failed for good.",
  }),
};

const requestBody = { required: true, description: "The expected payment." };

const pendingOrder = {
  biz: EXAMPLE_BIZ,
  status: "pending",
  paid: false,
  version: 0,
  expires_at: null,
  order_id: null,
  registered: { amount: "19.99", currency: "CNY" },
  amount: null,
  currency: null,
  refunded: "0",
  checked: false,
  late: false,
  held: null,
  overpaid: "0",
  underpaid: null,
  payments: [],
  excess_payments: [],
  mismatches: [],
  disputed: "none",
  disputes: [],
  full: false,
  erased_at: null,
  forwards: { owed: 0, given_up: 0 },
};

const paidOrder = {
  ...pendingOrder,
  status: "paid",
  paid: true,
  version: 1,
  amount: "19.99",
  currency: "CNY",
  checked: true,
  payments: [{ provider: "backend", event_id: "e-1", payment_id: "p-1", amount: "19.99", currency: "CNY" }],
};

const registerOrderById: Operation = {
  operationId: "registerOrderById",
  route: "PUT /orders",
  tag: "orders",
  summary: "Register an order by your own id",
  description:
    "Afterwards a payment of another amount or currency leaves the order unpaid. The response contains the `biz` for the order's page, the same for every request with this `order_id`.",
  requestBody: { ...requestBody, schema: "RegistrationById" },
  responses: [{ status: 200, description: "The order as it is now.", schema: "BackendOrder" }],
  examples: {
    registered: {
      summary: "19.99 dollars, in cents",
      body: { order_id: "ORD-2026-0042", amount: 1999, currency: "USD" },
      status: 200,
      value: {
        ...pendingOrder,
        biz: "4c47e5177e4492e36644161ce0e5b98b",
        order_id: "ORD-2026-0042",
        registered: { amount: "19.99", currency: "USD" },
      },
    },
    no_id: {
      summary: "Without an order_id",
      body: { amount: "19.99", currency: "CNY" },
      problem: "bad_registration",
      detail: "order_id: a text of 1 to 200 characters",
    },
  },
};

const registerOrder: Operation = {
  operationId: "registerOrder",
  route: "PUT /orders/:biz",
  tag: "orders",
  summary: "Register an order",
  description:
    "As `PUT /orders`, for an id in the format of a biz. A registration after the payment is compared with it. It can change until pages have received that the order is paid.",
  pathParameters: { biz },
  requestBody: { ...requestBody, schema: "Registration" },
  responses: [{ status: 200, description: "The order as it is now.", schema: "BackendOrder" }],
  examples: {
    registered: {
      summary: "19.99 yuan",
      body: { amount: "19.99", currency: "CNY" },
      status: 200,
      value: pendingOrder,
    },
    after_payment: {
      summary: "Registered after the payment",
      body: { amount: "19.99", currency: "CNY", expires_in: null },
      requires: ["reportOutcome.paid"],
      status: 200,
      value: paidOrder,
    },
    contradicts: {
      summary: "An amount that contradicts the payment",
      body: { amount: "25.00", currency: "CNY" },
      requires: ["reportOutcome.paid"],
      problem: "contradicts_payment",
    },
    float: {
      summary: "An amount that is a float",
      body: { amount: 19.99, currency: "CNY" },
      problem: "bad_registration",
      detail: "amount: an integer in minor units or a decimal string in major ones",
    },
    no_key: {
      summary: "Without a key",
      sender: "anyone",
      body: { amount: "19.99", currency: "CNY" },
      problem: "unauthorized",
    },
  },
};

const readOrder: Operation = {
  operationId: "readOrder",
  route: "GET /orders/:biz",
  tag: "orders",
  summary: "Read an order",
  description:
    "Returns the browser's view, or with an API key the backend's. An unknown order is pending, version 0. Pages of `ALLOWED_ORIGINS` may read it across origins.",
  pathParameters: { biz },
  headerParameters: {
    "If-None-Match": { schema: v.string(), description: "`ETag` of an earlier response: 304 while it still matches." },
  },
  responses: [
    {
      status: 200,
      description: "The order as it is now.",
      schema: ["BackendOrder", "BrowserOrder"],
      headers: { ETag: { schema: v.string(), description: "The version, the view and a hash." } },
    },
    { status: 304, description: "Unchanged since the `ETag` in `If-None-Match`.", schema: null },
  ],
  examples: {
    unheard_of: {
      summary: "An unknown order, as its page sees it",
      sender: "anyone",
      status: 200,
      value: { biz: EXAMPLE_BIZ, status: "pending", paid: false, version: 0, expires_at: null },
    },
    paid: {
      summary: "A paid order, as its backend sees it",
      sender: "backend",
      requires: ["registerOrder.registered", "reportOutcome.paid"],
      status: 200,
      value: paidOrder,
    },
    no_biz: {
      summary: "A malformed id",
      sender: "anyone",
      parameters: { biz: "SHORT" },
      problem: "unknown_order",
    },
  },
};

const preflightOrder: Operation = {
  operationId: "preflightOrder",
  route: "OPTIONS /orders/:biz",
  tag: "orders",
  summary: "Ask to read an order across origins",
  description:
    "The preflight of a browser whose request has headers of its own, such as tracing headers. Pages of `ALLOWED_ORIGINS` may send any.",
  pathParameters: { biz },
  responses: [{ status: 204, description: "With `Access-Control-Allow-*` for an allowed origin.", schema: null }],
  examples: {
    preflight: { summary: "From a server, which has no origin", sender: "anyone", status: 204, value: null },
  },
};

const eraseOrder: Operation = {
  operationId: "eraseOrder",
  route: "DELETE /orders/:biz",
  tag: "orders",
  summary: "Erase an order",
  description:
    "Deletes its facts, claims, forwards and your id at once and keeps a mark that it was erased. Later registrations and merchant callbacks are rejected; a provider's events about it are acknowledged and forwarded.",
  pathParameters: { biz },
  responses: [{ status: 204, description: "Erased, now or before.", schema: null }],
  examples: {
    erased: { summary: "A paid order", requires: ["reportOutcome.paid"], status: 204, value: null },
  },
};

export const orderOperations: readonly Operation[] = [
  registerOrderById,
  registerOrder,
  readOrder,
  preflightOrder,
  eraseOrder,
];
