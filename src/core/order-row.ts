// The stored form of an order: one row with a version number.
import type { RecordedFact } from "./fact.ts";
import type { OrderInput, OrderStatus } from "./order.ts";
import type { Registration } from "./registration.ts";

const VERSION = 1;

export interface OrderRow {
  readonly v: typeof VERSION;
  readonly facts: readonly RecordedFact[];
  readonly registration: Registration | null;
  /**
   * The merchant's order id, if it differs from the biz; from the registration or from a callback.
   */
  readonly orderId: string | null;
  /** The state last published to pages. */
  readonly published: {
    readonly status: OrderStatus;
    readonly refunded: string;
    /** Count of changes visible to a browser: the offset of the order's latest publication. */
    readonly version: number;
    /** Time of that publication, in ms since 1970. */
    readonly at: number;
  };
  readonly everPaid: boolean;
  /** Whether events were left out because the order had reached `FACTS_MAX`. */
  readonly isFull: boolean;
  /** The last change of any kind, in ms since 1970. */
  readonly changedAt: number;
}

/** The remains of an erased order. */
export interface ErasedRow {
  readonly v: typeof VERSION;
  readonly erasedAt: number;
}

export const emptyRow: OrderRow = {
  v: VERSION,
  facts: [],
  registration: null,
  orderId: null,
  published: { status: "pending", refunded: "0", version: 0, at: 0 },
  everPaid: false,
  isFull: false,
  changedAt: 0,
};

export const erasedRow = (now: number): ErasedRow => ({ v: VERSION, erasedAt: now });

export const isErased = (row: OrderRow | ErasedRow): row is ErasedRow => "erasedAt" in row;

/**
 * Parses a stored value. Throws for an unsupported version, so that newer data is not overwritten.
 */
export function parseOrderRow(value: unknown): OrderRow | ErasedRow | null {
  if (value === undefined) return null;
  const version = typeof value === "object" && value !== null && "v" in value ? value.v : null;
  if (version !== VERSION)
    throw new Error(`the order's row has version ${String(version)}, this code reads ${VERSION}`);
  return value as OrderRow | ErasedRow; // written by this version
}

export const inputOf = ({ facts, registration, everPaid }: OrderRow): OrderInput => ({ facts, registration, everPaid });
