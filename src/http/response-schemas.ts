// Schemas of responses, for the API documents. Handlers import the inferred types only, which keeps
// the schemas out of the Worker's bundle.
import * as v from "valibot";
import { Currency, statuses } from "../callbacks/merchant.ts";
import type { MismatchReason } from "../core/acceptance.ts";
import { disputeStatuses } from "../core/fact.ts";
import { GROUP_NAME } from "../core/group.ts";
import { BIZ } from "../core/order.ts";
import { EPOCH } from "../core/position.ts";

const NullableText = v.nullable(v.string());

export const Count = v.pipe(v.number(), v.integer(), v.minValue(0));

/** ISO 8601 in UTC. */
export const Instant = v.pipe(v.string(), v.isoTimestamp());

/** Any JSON value. */
export const AnyJson = v.unknown();

// Names

export const Biz = v.pipe(v.string(), v.regex(BIZ));
export const GroupName = v.pipe(v.string(), v.regex(GROUP_NAME));
export const ChannelAddress = v.pipe(v.string(), v.regex(/^[A-Za-z0-9._-]{1,99}![0-9a-f]{32}$/));

/** Identifies one history of a group; a new epoch restarts its offsets. */
export const Epoch = v.pipe(v.string(), v.regex(EPOCH));
export const PublicationId = v.pipe(v.string(), v.regex(/^[0-9a-z]{1,32}-\d+$/));

// Tickets

export const TicketResponse = v.object({ token: v.string(), expires_at: Instant });
export type TicketResponse = v.InferOutput<typeof TicketResponse>;

// Orders

/** The outcome frame of an order. */
export const OrderOutcome = v.object({ biz: Biz, paid: v.boolean(), status: v.picklist(statuses) });
export type OrderOutcome = v.InferOutput<typeof OrderOutcome>;

/** `GET /orders/:biz` without an API key. */
export const BrowserOrderResponse = v.object({
  biz: Biz,
  status: v.picklist(statuses),
  paid: v.boolean(),
  version: Count,
  expires_at: v.nullable(Instant),
});
export const Money = v.object({ amount: v.string(), currency: Currency });

export const Payment = v.object({
  provider: v.string(),
  event_id: v.string(),
  payment_id: NullableText,
  amount: NullableText,
  currency: NullableText,
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
  dispute_id: NullableText,
  payment_id: NullableText,
  status: v.picklist(disputeStatuses),
  amount: NullableText,
  currency: NullableText,
});

export const Underpaid = v.object({ paid: v.string(), missing: v.string() });

export const Forwards = v.object({ owed: Count, given_up: Count });

/** An order with an API key. */
export const BackendOrderResponse = v.object({
  ...BrowserOrderResponse.entries,
  order_id: NullableText,
  registered: v.nullable(Money),
  amount: NullableText,
  currency: NullableText,
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
export type BackendOrderResponse = v.InferOutput<typeof BackendOrderResponse>;

// Groups

export const Position = v.object({ epoch: NullableText, offset: Count });

export const SendResponse = v.object({ ...Position.entries, connections: Count });
export type SendResponse = v.InferOutput<typeof SendResponse>;

export const GroupResponse = v.object({
  group: GroupName,
  consumer: v.string(),
  connections: Count,
  users: Count,
  next_push: v.nullable(Instant),
  position: Position,
});
export type GroupResponse = v.InferOutput<typeof GroupResponse>;

export const ListedConnection = v.object({
  channel: ChannelAddress,
  mode: v.picklist(["plain", "v1"]),
  sub: NullableText,
  info: AnyJson,
  since: Instant,
});

export const ConnectionsResponse = v.object({
  connections: Count,
  users: Count,
  members: v.array(ListedConnection),
  next: NullableText,
});
export type ConnectionsResponse = v.InferOutput<typeof ConnectionsResponse>;

export const KeptPublication = v.object({ offset: Count, id: PublicationId, at: Instant, data: AnyJson });

export const HistoryResponse = v.object({
  epoch: v.nullable(Epoch),
  offset: Count,
  publications: v.array(KeptPublication),
});

export const DisconnectResponse = v.object({ connections: Count });
export type DisconnectResponse = v.InferOutput<typeof DisconnectResponse>;

const SentItem = v.object({ status: v.literal(200), ...SendResponse.entries });
const ItemProblem = v.object({
  status: v.number(),
  title: v.string(),
  reason: v.string(),
  detail: v.optional(v.string()),
});

/** Result of one item: the response to a single send, or a problem. */
export const BatchResult = v.union([SentItem, ItemProblem]);

export const BatchResponse = v.object({ items: v.array(BatchResult) });
export type BatchResponse = v.InferOutput<typeof BatchResponse>;

// Service

export const HealthResponse = v.object({
  status: v.literal("ok"),
  push_every_seconds: v.pipe(v.number(), v.gtValue(0)),
  development: v.boolean(),
});
