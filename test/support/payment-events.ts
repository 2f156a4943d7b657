// Orders in memory and events delivered to them, for the tests of how an event reaches its order.
import type { Callback } from "../../src/core/callback.ts";
import { deliver, type DeliveryOutcome } from "../../src/core/delivery.ts";
import { World } from "../flows/world.ts";
import { callback, paid, refund, registration, usd } from "./facts.ts";

export const A = "a".repeat(32);
export const B = "b".repeat(32);
/** An order id of another system, unknown here. */
export const Z = "z".repeat(32);

/** A world with an order of 20 USD under each id of `registered`. */
export function world(...registered: string[]): World {
  const world = new World({ requireRegistered: false });
  for (const biz of registered) world.register(biz, registration());
  return world;
}

/** Delivers an event. Returns its outcome, or the reason of its refusal. */
export async function verdict(world: World, event: Callback, ports = world.ports): Promise<DeliveryOutcome | string> {
  const delivered = await deliver(event, "raw", ports);
  return delivered.ok ? delivered.value : delivered.reason;
}

export const payFor = (orderId: string | null, more: object = {}): Callback =>
  callback([paid(usd("20"), more)], { orderId });
export const refundFor = (orderId: string | null, more: object = {}): Callback =>
  callback([refund(usd("5"), more)], { orderId });
