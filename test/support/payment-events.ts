// Orders in memory and the events that are delivered to them, for the tests of how an event comes to its order.
import type { Callback } from "../../src/core/callback.ts";
import { deliver, type DeliveryOutcome } from "../../src/core/delivery.ts";
import { World } from "../flows/world.ts";
import { callback, paid, refund, registration, usd } from "./facts.ts";

export const A = "a".repeat(32);
export const B = "b".repeat(32);
/** The order id of another system's: no order has it. */
export const Z = "z".repeat(32);

/** Orders of 20 USD, registered by these names. */
export function world(...registered: string[]): World {
  const world = new World({ requireRegistered: false });
  for (const biz of registered) world.register(biz, registration());
  return world;
}

/** What becomes of an event: its outcome, or why it is refused. */
export async function verdict(world: World, event: Callback, ports = world.ports): Promise<DeliveryOutcome | string> {
  const delivered = await deliver(event, "raw", ports);
  return delivered.ok ? delivered.value : delivered.reason;
}

export const payFor = (orderId: string | null, more: object = {}): Callback =>
  callback([paid(usd("20"), more)], { orderId });
export const refundFor = (orderId: string | null, more: object = {}): Callback =>
  callback([refund(usd("5"), more)], { orderId });
