// Queries an order's status: from the merchant's backend, or from the providers whose credentials allow it.
import type { ConfiguredProviders } from "../../callbacks/configured.ts";
import { merchantFacts } from "../../callbacks/merchant.ts";
import type { ConfiguredProvider } from "../../callbacks/provider.ts";
import type { Fact } from "../../core/fact.ts";
import { retryAfterOf } from "../../core/forward.ts";
import { isObject, parseExact } from "../../core/json.ts";
import { BODY_BYTES, STATUS_MS } from "../../core/limits.ts";
import { no, ok, type Result } from "../../core/result.ts";
import type { OrderSettings } from "../../core/settings.ts";
import { boundedText } from "../../net/body.ts";
import { withDeadline } from "../../net/deadline.ts";

/** A failed query, for the log. */
export interface QueryFailure {
  readonly reason: "timed_out" | "unreachable" | "refused" | "nonsense";
  readonly detail: string;
  /** Retry-After of the backend, in ms; null if absent. */
  readonly retryAfterMs: number | null;
}

const failure = (reason: QueryFailure["reason"], detail: string, retryAfterMs: number | null = null) =>
  no({ reason, detail, retryAfterMs });

/** Whether a status source is configured. */
export const canQuery = async (
  providers: ConfiguredProviders,
  env: object,
  settings: OrderSettings,
): Promise<boolean> => settings.statusUrl !== null || (await queryableProviders(providers, env)).length > 0;

export const queryableProviders = async (
  providers: ConfiguredProviders,
  env: object,
): Promise<readonly ConfiguredProvider[]> => (await providers.all(env)).filter((provider) => provider.canQuery);

/** The facts that the backend reports at `ORDER_STATUS_URL`. */
export async function queryBackend(
  { statusUrl, statusKeys }: OrderSettings,
  biz: string,
  now: number,
): Promise<Result<readonly Fact[], QueryFailure>> {
  const url = (statusUrl ?? "").replaceAll("{biz}", biz);
  try {
    return await withDeadline(STATUS_MS, async (signal) => {
      const response = await fetchWithKeys(url, statusKeys, signal);
      const text = await boundedText(response, BODY_BYTES);
      const retryAfterMs = retryAfterOf(response.headers.get("Retry-After"), now, Date.parse);
      return response.ok ? parseReport(text, biz) : failure("refused", `status ${response.status}`, retryAfterMs);
    });
  } catch (error) {
    const isLate = error instanceof Error && error.name === "AbortError";
    return isLate ? failure("timed_out", `no answer within ${STATUS_MS} ms`) : failure("unreachable", "no connection");
  }
}

/** Tries the next key where the backend refuses one: while it is rotated, both sides know two. */
async function fetchWithKeys(url: string, keys: readonly string[], signal: AbortSignal): Promise<Response> {
  const [key, ...others] = keys;
  const headers = { Accept: "application/json", ...(key === undefined ? {} : { Authorization: `Bearer ${key}` }) };
  // A followed redirect would send the bearer key to a host that the setting does not name.
  const response = await fetch(url, { headers, redirect: "manual", signal });
  if (others.length === 0 || (response.status !== 401 && response.status !== 403)) return response;
  await response.body?.cancel();
  return fetchWithKeys(url, others, signal);
}

function parseReport(text: string | null, biz: string): Result<readonly Fact[], QueryFailure> {
  const json = text === null ? null : parseExact(text);
  if (json === null || !json.ok || !isObject(json.value)) return failure("nonsense", "not a JSON object");
  if (json.value["status"] == null) return failure("nonsense", "no status");
  if (json.value["biz"] != null && json.value["biz"] !== biz) return failure("nonsense", "the status of another order");
  const facts = merchantFacts("status", json.value);
  return facts.ok ? facts : failure("nonsense", facts.reason);
}

/** Queries each provider once and returns the facts of all that know the order. */
export async function queryProviders(
  providers: readonly ConfiguredProvider[],
  orderId: string,
  now: number,
): Promise<Result<readonly Fact[], QueryFailure>> {
  const io = {
    fetch: (url: string, init: RequestInit) => fetch(url, init),
    now,
    nonce: crypto.randomUUID().replaceAll("-", ""),
  };
  const results = await Promise.all(providers.map((provider) => provider.query(orderId, io)));
  const facts = results.flatMap((result) => (result.ok ? result.value : []));
  const silent = providers.filter((_, i) => results[i]?.ok === false && results[i].reason === "try_again");
  if (facts.length === 0 && silent.length > 0) return failure("timed_out", silent.map(({ name }) => name).join(", "));
  return ok(facts);
}
