// Shared by the tests of the nine providers: deliveries, configured providers, and results of verification.
import type { ConfiguredProvider } from "../../src/callbacks/provider.ts";
import { providers } from "../../src/callbacks/providers.ts";
import type { ProviderIo } from "../../src/callbacks/adapter.ts";
import { verificationErrorText, type Callback, type Webhook } from "../../src/core/callback.ts";
import type { Fact } from "../../src/core/fact.ts";

export const NOW = Date.UTC(2026, 10, 22, 12, 0, 0);
export const NOW_SECONDS = NOW / 1000;

export type HeaderList = Readonly<Record<string, string>> | readonly (readonly [string, string])[];

/** A delivery whose headers pass through Fetch's Headers: lower-case names, repeated ones joined. */
export function webhook(headers: HeaderList, body: string | Uint8Array): Webhook {
  const list = Array.isArray(headers) ? headers : Object.entries(headers);
  return {
    headers: new Map(new Headers(list as [string, string][])), // readonly pairs, which Headers' type does not know
    body: new Uint8Array(Buffer.from(body as Uint8Array)), // Buffer.from takes a string as well, by another overload
  };
}

export async function configured(name: string, setting: unknown): Promise<ConfiguredProvider> {
  const configuredProvider = await providers.get(name)?.configure(setting);
  if (configuredProvider?.ok !== true) throw new Error(configuredProvider?.reason ?? "no such provider");
  return configuredProvider.value;
}

/** "verified", or the stage of the rejection. */
export async function stage(provider: ConfiguredProvider, delivery: Webhook, now = NOW): Promise<string> {
  const result = await provider.verify(delivery, now);
  return result.ok ? "verified" : result.reason.stage;
}

export async function verify(provider: ConfiguredProvider, delivery: Webhook, now = NOW): Promise<readonly Callback[]> {
  const result = await provider.verify(delivery, now);
  if (!result.ok) throw new Error(verificationErrorText(result.reason));
  return result.value;
}

export async function verifyOne(provider: ConfiguredProvider, delivery: Webhook, now = NOW): Promise<Callback> {
  const [callback] = await verify(provider, delivery, now);
  if (callback === undefined) throw new Error("no callback");
  return callback;
}

/** Facts without sender, event id and time. */
export const bare = (facts: readonly Fact[]): Record<string, unknown>[] =>
  facts.map(({ instance: _instance, eventId: _eventId, at: _at, ...rest }) => rest);

export const usd = (amount: string) => ({ unit: "major", amount, currency: "USD" }) as const;
export const eur = (amount: string) => ({ unit: "major", amount, currency: "EUR" }) as const;
export const cny = (amount: string) => ({ unit: "major", amount, currency: "CNY" }) as const;

export const payment = (status: string, paymentId: string | null, money: unknown) => ({
  kind: "payment",
  status,
  paymentId,
  money,
});
export const dispute = (status: string, paymentId: string, disputeId: string | null = null, money: unknown = null) => ({
  kind: "dispute",
  status,
  disputeId,
  paymentId,
  money,
});

/** One byte of a text changed. */
export function flip(text: string, at = Math.floor(text.length / 2)): string {
  return text.slice(0, at) + (text[at] === "0" ? "1" : "0") + text.slice(at + 1);
}

/** A fake network: responds with `respond`, and records the requests. */
export function network(respond: (url: URL, init: RequestInit) => Response | Promise<Response>, now = NOW) {
  const requests: { url: URL; init: RequestInit }[] = [];
  const io: ProviderIo = {
    now,
    nonce: "n0nceN0nceN0nce1",
    fetch: async (url, init) => {
      requests.push({ url: new URL(url), init });
      return respond(new URL(url), init);
    },
  };
  return { io, requests };
}

export const lost = (): Promise<Response> => Promise.reject(new TypeError("connection lost"));
