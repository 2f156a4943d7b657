// What backends and pages are answered, as schemas: what the routes answer is of their types, and the API documents are made of them. Nothing
// checks an answer while it is given, so no route imports more than types from here, and the Worker carries none of it.
import * as v from "valibot";
import { Currency, statuses } from "../callbacks/merchant.ts";
import type { MismatchReason } from "../core/acceptance.ts";
import { disputeStatuses } from "../core/fact.ts";
import { GROUP_NAME } from "../core/group.ts";
import { BIZ } from "../core/order.ts";
import { EPOCH } from "../core/position.ts";

const Text = v.nullable(v.string());

/** How many, or how far. */
export const Count = v.pipe(v.number(), v.integer(), v.minValue(0));

/** A point in time as text. */
export const Instant = v.pipe(v.string(), v.isoTimestamp());

/** Any JSON value: what a frame may be. */
export const Any = v.unknown();

// Names

export const Biz = v.pipe(v.string(), v.regex(BIZ));
export const GroupName = v.pipe(v.string(), v.regex(GROUP_NAME));
export const ChannelAddress = v.pipe(v.string(), v.regex(/^[A-Za-z0-9._-]{1,99}![0-9a-f]{32}$/));

/** One life of a group's history. */
export const Epoch = v.pipe(v.string(), v.regex(EPOCH));
export const PublicationId = v.pipe(v.string(), v.regex(/^[0-9a-z]{1,32}-\d+$/));

// Orders

/** What pages see of an order, as its group sends it. */
export const OrderOutcome = v.object({ biz: Biz, paid: v.boolean(), status: v.picklist(statuses) });
export type OrderOutcome = v.InferOutput<typeof OrderOutcome>;

/** What a page is shown. */
export const BrowserOrder = v.object({
  biz: Biz,
  status: v.picklist(statuses),
  paid: v.boolean(),
  version: Count,
  expires_at: v.nullable(Instant),
});
export type BrowserOrder = v.InferOutput<typeof BrowserOrder>;

export const Money = v.object({ amount: v.string(), currency: Currency });

/** A payment of an order, as its provider reported it. */
export const Payment = v.object({
  provider: v.string(),
  event_id: v.string(),
  payment_id: Text,
  amount: Text,
  currency: Text,
});

export const Mismatch = v.object({
  reason: v.picklist([
    "currency",
    "unknown_currency",
    "no_amount",
    "payment_of_another_order",
    "split_failed",
    "refund_currency",
  ] as const satisfies MismatchReason[]),
  ...Payment.entries,
});

export const Dispute = v.object({
  provider: v.string(),
  dispute_id: Text,
  payment_id: Text,
  status: v.picklist(disputeStatuses),
  amount: Text,
  currency: Text,
});

export const Underpaid = v.object({ paid: v.string(), missing: v.string() });

export const Forwards = v.object({ owed: Count, given_up: Count });

/** What a backend is shown. */
export const BackendOrder = v.object({
  ...BrowserOrder.entries,
  order_id: Text,
  registered: v.nullable(Money),
  amount: Text,
  currency: Text,
  refunded: v.string(),
  checked: v.boolean(),
  late: v.boolean(),
  held: v.nullable(v.literal("not_registered")),
  overpaid: v.string(),
  underpaid: v.nullable(Underpaid),
  payments: v.array(Payment),
  excess_payments: v.array(Payment),
  mismatches: v.array(Mismatch),
  disputed: v.picklist(["none", ...disputeStatuses]),
  disputes: v.array(Dispute),
  full: v.boolean(),
  erased_at: v.nullable(Instant),
  forwards: Forwards,
});
export type BackendOrder = v.InferOutput<typeof BackendOrder>;

// Groups

export const Position = v.object({ epoch: Text, offset: Count });

export const Sent = v.object({ ...Position.entries, connections: Count });
export type Sent = v.InferOutput<typeof Sent>;

export const GroupState = v.object({
  group: GroupName,
  consumer: v.string(),
  connections: Count,
  users: Count,
  next_push: v.nullable(Instant),
  position: Position,
});
export type GroupState = v.InferOutput<typeof GroupState>;

/** One connection, as its group lists it. */
export const Listed = v.object({
  channel: ChannelAddress,
  mode: v.picklist(["plain", "v1"]),
  sub: Text,
  info: Any,
  since: Instant,
});

export const Connections = v.object({ connections: Count, users: Count, members: v.array(Listed), next: Text });
export type Connections = v.InferOutput<typeof Connections>;

/** A publication that was kept. */
export const Kept = v.object({ offset: Count, id: PublicationId, at: Instant, data: Any });

export const Past = v.object({ epoch: v.nullable(Epoch), offset: Count, publications: v.array(Kept) });

export const Disconnected = v.object({ connections: Count });
export type Disconnected = v.InferOutput<typeof Disconnected>;

/** What became of one send of a batch: as if it had been sent alone, or why not. */
const SentItem = v.object({ status: v.literal(200), ...Sent.entries });
const RefusedItem = v.object({
  status: v.number(),
  title: v.string(),
  reason: v.string(),
  detail: v.optional(v.string()),
});

export const BatchResult = v.union([SentItem, RefusedItem]);
export const BatchResults = v.object({ items: v.array(BatchResult) });
export type BatchResults = v.InferOutput<typeof BatchResults>;

// The Worker itself

export const Health = v.object({
  status: v.literal("ok"),
  push_every_seconds: v.pipe(v.number(), v.gtValue(0)),
  development: v.boolean(),
});
