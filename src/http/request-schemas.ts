// Schemas of request bodies, headers and queries. Handlers validate with them, and api/ documents
// them.
import * as v from "valibot";
import { Amount, Currency } from "../callbacks/merchant.ts";
import {
  BATCH_MAX,
  EXPIRES_IN_SECONDS_MAX,
  HISTORY_MAX,
  HISTORY_SIZE,
  IDEMPOTENCY_KEY_CHARS,
  LISTED_MAX,
  LISTED_SIZE,
  ORDER_ID_CHARS,
  SUB_CHARS,
} from "../core/limits.ts";
import { OFFSET } from "../core/position.ts";
import { isSub } from "../core/token.ts";

export const OrderId = v.pipe(
  v.string(),
  v.minLength(1),
  v.maxLength(ORDER_ID_CHARS),
  v.check((id) => id.isWellFormed()), // a lone surrogate has no UTF-8 encoding
);

/** The expected payment of an order. */
export const Registration = v.object({
  amount: Amount,
  currency: Currency,
  expires_in: v.nullish(
    v.pipe(v.number(), v.minValue(1, "at least 1 second"), v.maxValue(EXPIRES_IN_SECONDS_MAX, "at most a year")),
  ),
});

/** A user: `sub` of the tokens. */
export const Sub = v.pipe(
  v.string(),
  v.minLength(1),
  v.maxLength(SUB_CHARS),
  v.check((sub) => isSub(sub)),
);

/** A ticket: one group, one user. Strict: with a misspelt `publish` a page could not publish. */
export const TicketRequest = v.strictObject(
  {
    group: v.string(),
    sub: Sub,
    publish: v.optional(v.boolean(), false),
    info: v.optional(v.unknown(), null),
  },
  "a ticket has a group, a sub, perhaps publish and info, and nothing else",
);

export const IdempotencyKey = v.pipe(v.string(), v.regex(new RegExp(`^[!-~]{1,${IDEMPOTENCY_KEY_CHARS}}$`)));

const sendFields = { event: v.unknown(), idempotency_key: v.nullish(v.string()) };

/** One item of a batch. Strict: with a misspelt `idempotency_key` a retry would send it twice. */
export const BatchItem = v.union(
  [
    v.strictObject({ group: v.string(), user: v.nullish(v.string()), ...sendFields }),
    v.strictObject({ channel: v.string(), ...sendFields }),
  ],
  "an item has a group, and perhaps a user, or else a channel; an event; perhaps an idempotency_key; and nothing else",
);

/**
 * `BatchItem` validates each item by itself, so that an invalid one leaves the others unaffected.
 */
export const Batch = v.object({
  items: v.pipe(v.array(v.unknown()), v.maxLength(BATCH_MAX, `at most ${BATCH_MAX} items`)),
});

/** `?limit=`: 1 to `max`, `standard` if absent. */
const limitWithin = (max: number, standard: number) =>
  v.optional(
    v.pipe(
      v.string(),
      v.regex(/^[1-9][0-9]{0,3}$/, `1 to ${max}`),
      v.transform(Number),
      v.maxValue(max, `1 to ${max}`),
    ),
    String(standard),
  );

export const ConnectionsQuery = v.object({
  after: v.optional(v.string()),
  limit: limitWithin(LISTED_MAX, LISTED_SIZE),
});

export const HistoryQuery = v.object({
  after: v.optional(v.pipe(v.string(), v.regex(OFFSET, "an offset"), v.transform(Number)), "0"),
  limit: limitWithin(HISTORY_MAX, HISTORY_SIZE),
});
