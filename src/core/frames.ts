// The wire: every frame there is and the text it becomes. Server, client and docs read it here; nothing is sent from here.
import type { Json } from "./json.ts";
import { isPaid, type OrderStatus } from "./order.ts";

/** Sent by a client to show that it lives; answered by the same text, by the platform itself, so that it wakes nothing. */
export const HEARTBEAT = '{"type":"heartbeat"}';

/** A push's result, as the articles send it. */
export const resultFrame = (data: Json): Json => ({ type: "result", data });

/** The answer to `ping`: the server's time. */
export const pingFrame = (data: string): Json => ({ type: "ping", data });

/** What was wrong with what a client sent. The connection stays open. */
export const errorFrame = (data: string): Json => ({ type: "error", data });

/** An order's outcome: the articles' two keys, and the status that tells failed, closed and pending apart. */
export type OrderFrame = { readonly biz: string; readonly paid: boolean; readonly status: OrderStatus };

export const orderFrame = (biz: string, status: OrderStatus): OrderFrame => ({ biz, paid: isPaid(status), status });

declare const frame: unique symbol;
/** The text of one frame: made once per event, however many connections get it. */
export type Frame = string & { readonly [frame]: true };

/** Turns a value into the text of a frame. Throws TypeError for what has no JSON: `undefined`, a function, a bigint, a circle. */
export function encode(value: Json): Frame {
  const text = JSON.stringify(value) as string | undefined; // undefined for `undefined`, functions and symbols (ECMA-262, 25.5.2)
  if (text === undefined) throw new TypeError("a frame must be a JSON value");
  return text as Frame; // the one place where text becomes a frame
}
