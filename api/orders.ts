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

const registered = {
  amount:
    'What is to be paid: an integer in ISO 4217\'s minor units (`1999`) or a decimal string in major ones (`"19.99"`). Of CLP, CVE, HUF, IDR, ISK, MGA, TWD and UGX, which providers count differently, a decimal string alone.',
  currency: "ISO 4217.",
  expires_in: "Seconds from now until the order closes unpaid; at most a year. Absent or null: never.",
};

const shown = {
  biz: "The order's id.",
  status: `${STATUSES} The same whatever the order in which its callbacks came.`,
  paid: "Whether the money has come and has not all gone back.",
  version: "Grows by one with every change that a page can see; 0 as long as nobody has heard of the order.",
  expires_at: "When it closes unpaid; null: never.",
};

const paymentFields = {
  provider: "The instance that reported it; `backend` for your own callback.",
  event_id: "The sender's id of the event.",
  payment_id: "The sender's id of the payment.",
  amount: "What was captured: major units, or the provider's own units where its currency is unknown.",
  currency: "The currency it was paid in.",
};

export const orderSchemas = {
  Registration: documented(Registration, "What a backend expects to be paid.", registered),
  RegistrationById: documented(RegistrationById, "What a backend expects to be paid, by its own id.", {
    order_id: "Your own id of the order, up to 200 characters. A biz stays what it is; any other id stands for one.",
    ...registered,
  }),
  BrowserOrder: documented(BrowserOrderResponse, "An order as its page may see it.", shown),
  BackendOrder: documented(BackendOrderResponse, "An order, all of it.", {
    ...shown,
    order_id: "Your own id, where it is not the biz itself.",
    registered: "What was registered, in major units; null: nothing.",
    amount:
      "What the payments that count captured together, in major units; null where none counts or none states an amount.",
    currency: "The currency it was paid in.",
    refunded: "How much of the order's amount went back, in major units.",
    checked: "Whether the payments that count reach the registered amount in its currency.",
    late: "Whether it was paid after it had been closed or had expired.",
    held: "`not_registered`: a payment arrived that counts when the order is registered; null: none.",
    overpaid: "What the payments that count exceed the amount by, in major units: you owe it back.",
    underpaid: "What was paid so far and what is missing; null: nothing was paid yet, or enough.",
    payments: "The payments that count.",
    excess_payments: "Payments beyond the amount: you owe them back. Refunding one removes it.",
    mismatches: "Authentic reports that do not count, each with its reason. Refunding the payment removes it.",
    disputed: "The worst of all disputes: `lost`, then `open`, then `won`; `none` without one. It changes no status.",
    disputes: "The disputes of its payments.",
    full: "Whether events arrived that the order could not record any more: it holds 1,000 facts. They were handed on.",
    erased_at: "When it was erased; null: it was not.",
    forwards: "What is still owed to `FORWARD_URL`.",
  }),
  Payment: documented(Payment, "A payment, as its provider reported it.", paymentFields),
  Mismatch: documented(Mismatch, "An authentic report that does not count.", {
    reason:
      "`currency`: another one than the order's; `unknown_currency`: its digits are not known; `no_amount`: the event states none; `payment_of_another_order`: another order claimed it first; `split_failed`: a part of a split that was given up; `refund_currency`: a refund in another currency than its payment.",
    ...paymentFields,
  }),
  Dispute: documented(Dispute, "A dispute of a payment.", {
    provider: "The instance that reported it.",
    dispute_id: "The provider's id of the dispute; null where it has one dispute per payment.",
    payment_id: "The provider's id of the payment.",
    status: "Where it stands.",
    amount: "The disputed amount, in major units.",
    currency: "The currency of the dispute.",
  }),
  Underpaid: documented(Underpaid, "How far an order is paid, in major units of the registered currency.", {
    paid: "What was paid so far.",
    missing: "What is missing.",
  }),
  Money: documented(Money, "An amount of money.", { amount: "A decimal in major units.", currency: "ISO 4217." }),
  Forwards: documented(Forwards, "What is to be handed on to the merchant's backend.", {
    owed: "How many deliveries are still to be made.",
    given_up: "How many were given up.",
  }),
};

const body = { required: true, description: "What is expected." };

const fresh = {
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

const paid = {
  ...fresh,
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
  summary: "Register what an order costs, by your own id",
  description:
    "Payments of another amount or currency then never make the order paid. The answer tells the `biz` that its page waits for, always the same for the same `order_id`.",
  requestBody: { ...body, schema: "RegistrationById" },
  responses: [{ status: 200, description: "The order as it is now.", schema: "BackendOrder" }],
  examples: {
    registered: {
      summary: "19.99 dollars, in cents",
      body: { order_id: "ORD-2026-0042", amount: 1999, currency: "USD" },
      status: 200,
      value: {
        ...fresh,
        biz: "4c47e5177e4492e36644161ce0e5b98b",
        order_id: "ORD-2026-0042",
        registered: { amount: "19.99", currency: "USD" },
      },
    },
    no_id: {
      summary: "Nothing that names the order",
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
  summary: "Register what an order costs",
  description:
    "The same for an id that is a biz already. It may come after the payment: what arrived before is compared then. It may be changed as long as pages were not sent that the order is paid.",
  pathParameters: { biz },
  requestBody: { ...body, schema: "Registration" },
  responses: [{ status: 200, description: "The order as it is now.", schema: "BackendOrder" }],
  examples: {
    registered: {
      summary: "19.99 yuan",
      body: { amount: "19.99", currency: "CNY" },
      status: 200,
      value: fresh,
    },
    after_payment: {
      summary: "What was paid already, registered afterwards",
      body: { amount: "19.99", currency: "CNY", expires_in: null },
      requires: ["reportOutcome.paid"],
      status: 200,
      value: paid,
    },
    contradicts: {
      summary: "Another amount than was paid",
      body: { amount: "25.00", currency: "CNY" },
      requires: ["reportOutcome.paid"],
      problem: "contradicts_payment",
    },
    float: {
      summary: "An amount that is a float",
      body: { amount: 19.99, currency: "CNY" },
      problem: "bad_registration",
      detail: "amount: Invalid safe integer",
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
    "A page sees what it shows; an API key shows all of it. An order nobody has heard of is pending, version 0. Pages of `ALLOWED_ORIGINS` may read it from elsewhere.",
  pathParameters: { biz },
  headerParameters: {
    "If-None-Match": { schema: v.string(), description: "An `ETag` of before: 304 if nothing has changed since." },
  },
  responses: [
    {
      status: 200,
      description: "The order as it is now.",
      schema: ["BackendOrder", "BrowserOrder"],
      headers: { ETag: { schema: v.string(), description: "The version, the view and a hash." } },
    },
    { status: 304, description: "It is still what `If-None-Match` names.", schema: null },
  ],
  examples: {
    unheard_of: {
      summary: "As a page sees an order that nobody has heard of",
      sender: "anyone",
      status: 200,
      value: { biz: EXAMPLE_BIZ, status: "pending", paid: false, version: 0, expires_at: null },
    },
    paid: {
      summary: "As its backend sees a paid one",
      sender: "backend",
      requires: ["registerOrder.registered", "reportOutcome.paid"],
      status: 200,
      value: paid,
    },
    no_biz: {
      summary: "An id that no order can have",
      sender: "anyone",
      parameters: { biz: "SHORT" },
      problem: "unknown_order",
    },
  },
};

const eraseOrder: Operation = {
  operationId: "eraseOrder",
  route: "DELETE /orders/:biz",
  tag: "orders",
  summary: "Erase an order",
  description:
    "Its facts, claims, forwards and your id of it go at once; what stays is that it was erased. Its id takes no registration and no callback any more; a provider's events about it are acknowledged and handed on.",
  pathParameters: { biz },
  responses: [{ status: 204, description: "It is erased, or there was nothing to erase.", schema: null }],
  examples: {
    erased: { summary: "A paid order", requires: ["reportOutcome.paid"], status: 204, value: null },
  },
};

export const orderOperations: readonly Operation[] = [registerOrderById, registerOrder, readOrder, eraseOrder];
