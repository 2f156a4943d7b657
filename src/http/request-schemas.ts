// What backends send, as schemas: the routes check with them, and the API documents are made of them. Their words stand in api/.
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
  v.check((id) => id.isWellFormed()), // half a surrogate pair has no UTF-8
);

/** What a backend expects to be paid. */
export const Registration = v.object({
  amount: Amount,
  currency: Currency,
  expires_in: v.nullish(
    v.pipe(v.number(), v.minValue(1, "at least 1 second"), v.maxValue(EXPIRES_IN_SECONDS_MAX, "at most a year")),
  ),
});

/** A user, as the issuer of tokens calls it. */
export const Sub = v.pipe(
  v.string(),
  v.minLength(1),
  v.maxLength(SUB_CHARS),
  v.check((sub) => isSub(sub)),
);

export const IdempotencyKey = v.pipe(v.string(), v.regex(new RegExp(`^[!-~]{1,${IDEMPOTENCY_KEY_CHARS}}$`)));

const sending = { event: v.unknown(), idempotency_key: v.nullish(v.string()) };

/** One send of a batch. Strict: a misspelt `idempotency_key` would send twice what was meant to be sent once. */
export const Item = v.union(
  [
    v.strictObject({ group: v.string(), user: v.nullish(v.string()), ...sending }),
    v.strictObject({ channel: v.string(), ...sending }),
  ],
  "an item has a group, and perhaps a user, or else a channel; an event; perhaps an idempotency_key; and nothing else",
);
export type Item = v.InferOutput<typeof Item>;

/** Each item is looked at by itself: one that cannot be used costs the others nothing. */
export const Batch = v.object({
  items: v.pipe(v.array(v.unknown()), v.maxLength(BATCH_MAX, `at most ${BATCH_MAX} items`)),
});

/** `?limit=`, from 1 to `max`. */
const limited = (normal: number, max: number) =>
  v.optional(
    v.pipe(
      v.string(),
      v.regex(/^[1-9][0-9]{0,3}$/, `1 to ${max}`),
      v.transform(Number),
      v.maxValue(max, `1 to ${max}`),
    ),
    String(normal),
  );

export const ConnectionsQuery = v.object({ after: v.optional(v.string()), limit: limited(LISTED_SIZE, LISTED_MAX) });

export const HistoryQuery = v.object({
  after: v.optional(v.pipe(v.string(), v.regex(OFFSET, "an offset"), v.transform(Number)), "0"),
  limit: limited(HISTORY_SIZE, HISTORY_MAX),
});
