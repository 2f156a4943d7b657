// An order as it is stored: one row, with a version number in it. Reads no storage.
import type { RecordedFact } from "./fact.ts";
import type { OrderInput, OrderStatus } from "./order.ts";
import type { Registration } from "./registration.ts";

const VERSION = 1;

export interface OrderRow {
  readonly v: typeof VERSION;
  readonly facts: readonly RecordedFact[];
  readonly registration: Registration | null;
  /** The merchant's id, where it is not the biz; from the registration or from a callback. */
  readonly orderId: string | null;
  /** What pages were sent last. */
  readonly told: {
    readonly status: OrderStatus;
    readonly refunded: string;
    /** How often a browser could see the order change: the offset of its latest publication. */
    readonly version: number;
    /** When that was, in ms since 1970. */
    readonly at: number;
  };
  readonly everPaid: boolean;
  /** Events arrived that found no room (`FACTS_MAX`). */
  readonly isFull: boolean;
  /** The last change of any kind, in ms since 1970. */
  readonly changedAt: number;
}

/** All that stays of an erased order. */
export interface ErasedRow {
  readonly v: typeof VERSION;
  readonly erasedAt: number;
}

export const emptyRow: OrderRow = {
  v: VERSION,
  facts: [],
  registration: null,
  orderId: null,
  told: { status: "pending", refunded: "0", version: 0, at: 0 },
  everPaid: false,
  isFull: false,
  changedAt: 0,
};

export const erasedRow = (now: number): ErasedRow => ({ v: VERSION, erasedAt: now });

export const isErased = (row: OrderRow | ErasedRow): row is ErasedRow => "erasedAt" in row;

/** The row of a stored value. Throws for a version that this code does not read: it must not write over what it does not understand. */
export function parseOrderRow(value: unknown): OrderRow | ErasedRow | null {
  if (value === undefined) return null;
  const version = typeof value === "object" && value !== null && "v" in value ? value.v : null;
  if (version !== VERSION)
    throw new Error(`the order's row has version ${String(version)}, this code reads ${VERSION}`);
  return value as OrderRow | ErasedRow; // written by this version
}

export const inputOf = ({ facts, registration, everPaid }: OrderRow): OrderInput => ({ facts, registration, everPaid });
