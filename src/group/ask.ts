// Asks for an order's status: the merchant's backend, or the providers whose keys allow it. Keeps nothing itself.
import type { ConfiguredProviders } from "../callbacks/configured.ts";
import { boundedText } from "../net/body.ts";
import { withDeadline } from "../net/deadline.ts";
import { merchantFacts } from "../callbacks/merchant.ts";
import type { ConfiguredProvider } from "../callbacks/provider.ts";
import type { Fact } from "../core/fact.ts";
import { retryAfterOf } from "../core/forward.ts";
import { isObject, parseExact } from "../core/json.ts";
import { BODY_BYTES, STATUS_MS } from "../core/limits.ts";
import { no, ok, type Result } from "../core/result.ts";
import type { OrderSettings } from "../core/settings.ts";

/** Why asking brought nothing, for the log; `retryAfter` is what a backend asked for, in ms. */
export interface NoAnswer {
  readonly reason: "timed_out" | "unreachable" | "refused" | "nonsense";
  readonly detail: string;
  readonly retryAfter: number | null;
}

const noAnswer = (reason: NoAnswer["reason"], detail: string, retryAfter: number | null = null) =>
  no({ reason, detail, retryAfter });

/** Whether there is anybody to ask for an order's status. */
export const canAsk = async (providers: ConfiguredProviders, env: object, settings: OrderSettings): Promise<boolean> =>
  settings.statusUrl !== null || (await askable(providers, env)).length > 0;

export const askable = async (providers: ConfiguredProviders, env: object): Promise<readonly ConfiguredProvider[]> =>
  (await providers.all(env)).filter(({ canQuery }) => canQuery);

/** What the merchant's backend says at `ORDER_STATUS_URL`. */
export async function askBackend(
  { statusUrl, statusKey }: OrderSettings,
  biz: string,
  now: number,
): Promise<Result<readonly Fact[], NoAnswer>> {
  const headers = {
    Accept: "application/json",
    ...(statusKey === null ? {} : { Authorization: `Bearer ${statusKey}` }),
  };
  const url = (statusUrl ?? "").replaceAll("{biz}", biz);
  try {
    return await withDeadline(STATUS_MS, async (signal) => {
      // Not followed: a redirect would carry the bearer to somebody the setting does not name.
      const response = await fetch(url, { headers, redirect: "manual", signal });
      const text = await boundedText(response, BODY_BYTES);
      const retryAfter = retryAfterOf(response.headers.get("Retry-After"), now, Date.parse);
      return response.ok ? read(text, biz) : noAnswer("refused", `status ${response.status}`, retryAfter);
    });
  } catch (error) {
    const isLate = error instanceof Error && error.name === "AbortError";
    return isLate
      ? noAnswer("timed_out", `no answer within ${STATUS_MS} ms`)
      : noAnswer("unreachable", "no connection");
  }
}

function read(text: string | null, biz: string): Result<readonly Fact[], NoAnswer> {
  const json = text === null ? null : parseExact(text);
  if (json === null || !json.ok || !isObject(json.value)) return noAnswer("nonsense", "not a JSON object");
  if (json.value["status"] == null) return noAnswer("nonsense", "no status");
  if (json.value["biz"] != null && json.value["biz"] !== biz)
    return noAnswer("nonsense", "the status of another order");
  const facts = merchantFacts("status", json.value);
  return facts.ok ? facts : noAnswer("nonsense", facts.reason);
}

/** What the providers say, each asked once: the facts of all that know the order. */
export async function askProviders(
  providers: readonly ConfiguredProvider[],
  orderId: string,
  now: number,
): Promise<Result<readonly Fact[], NoAnswer>> {
  const io = {
    fetch: (url: string, init: RequestInit) => fetch(url, init),
    now,
    nonce: crypto.randomUUID().replaceAll("-", ""),
  };
  const answers = await Promise.all(providers.map((provider) => provider.query(orderId, io)));
  const facts = answers.flatMap((answer) => (answer.ok ? answer.value : []));
  const silent = providers.filter((_, i) => answers[i]?.ok === false && answers[i].reason === "try_again");
  if (facts.length === 0 && silent.length > 0) return noAnswer("timed_out", silent.map(({ name }) => name).join(", "));
  return ok(facts);
}
