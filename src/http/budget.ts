// What one address may do without a credential, in this isolate. A genuine credential is never charged.
import { addressKey } from "../core/address.ts";
import { Budgets, type Budget } from "../core/budget.ts";
import {
  ANONYMOUS_BURST_FACTOR,
  ANONYMOUS_REFILL_SECONDS,
  BUDGETS_KEPT,
  FAILURES_AT_ONCE,
  FAILURES_PER_SECOND,
} from "../core/limits.ts";
import type { BelfryEnv } from "../env.ts";
import type { RouteContext } from "./context.ts";

/**
 * The client's address, set by Cloudflare and by scripts/workerd/door.js, whatever the client sent.
 * Null where neither is in front.
 */
export const clientAddress = ({ req }: RouteContext): string | null =>
  addressKey(req.header("CF-Connecting-IP") ?? null);

/** Charges a request without a credential that will wake an object. False: the address has none left. */
export function takeAnonymous(c: RouteContext): boolean {
  const burst = c.var.settings.connections.perAddress.other * ANONYMOUS_BURST_FACTOR;
  return take(c, "anonymous", { burst, perSecond: burst / ANONYMOUS_REFILL_SECONDS });
}

/** Charges a wrong key, token or signature. False: the address has none left. */
export const takeFailure = (c: RouteContext): boolean =>
  take(c, "failure", { burst: FAILURES_AT_ONCE, perSecond: FAILURES_PER_SECOND });

/** By environment, so that two installations in one isolate share nothing. */
const budgets = new WeakMap<BelfryEnv, Budgets>();

function take(c: RouteContext, kind: string, budget: Budget): boolean {
  const address = clientAddress(c);
  if (address === null) return true;
  const kept = budgets.get(c.env) ?? new Budgets(BUDGETS_KEPT);
  budgets.set(c.env, kept);
  return kept.take(`${kind} ${address}`, budget, c.var.startedAtMs);
}
