// What the tests of the nine providers share: making a delivery, opening a provider, reading what a delivery proved.
import { providers, type ConfiguredProvider } from "../../src/callbacks/providers.ts";
import type { ProviderIo } from "../../src/callbacks/adapter.ts";
import { verificationErrorText, type Callback, type Webhook } from "../../src/core/callback.ts";
import type { Fact } from "../../src/core/fact.ts";

export const NOW = Date.UTC(2026, 10, 22, 12, 0, 0);
export const NOW_SECONDS = NOW / 1000;

export type HeaderList = Readonly<Record<string, string>> | readonly (readonly [string, string])[];

/** Through Fetch's own Headers, which lower the case of names and join what is repeated. */
export function webhook(headers: HeaderList, body: string | Uint8Array): Webhook {
  const list = Array.isArray(headers) ? headers : Object.entries(headers);
  return {
    headers: new Map(new Headers(list as [string, string][])), // readonly pairs, which Headers' type does not know
    body: new Uint8Array(Buffer.from(body as Uint8Array)), // Buffer.from takes a string as well, by another overload
  };
}

export async function configured(name: string, setting: unknown): Promise<ConfiguredProvider> {
  const opened = await providers.get(name)?.configure(setting);
  if (opened?.ok !== true) throw new Error(opened?.reason ?? "no such provider");
  return opened.value;
}

/** "proved", or the stage that refused. */
export async function stage(provider: ConfiguredProvider, delivery: Webhook, now = NOW): Promise<string> {
  const proved = await provider.verify(delivery, now);
  return proved.ok ? "proved" : proved.reason.stage;
}

export async function verify(provider: ConfiguredProvider, delivery: Webhook, now = NOW): Promise<readonly Callback[]> {
  const proved = await provider.verify(delivery, now);
  if (!proved.ok) throw new Error(verificationErrorText(proved.reason));
  return proved.value;
}

export async function verifyOne(provider: ConfiguredProvider, delivery: Webhook, now = NOW): Promise<Callback> {
  const [callback] = await verify(provider, delivery, now);
  if (callback === undefined) throw new Error("no callback");
  return callback;
}

/** Facts without their proof. */
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

/** A stand-in for the network: answers with what `answer` makes of the question, and keeps what was asked. */
export function network(answer: (url: URL, init: RequestInit) => Response | Promise<Response>, now = NOW) {
  const asked: { url: URL; init: RequestInit }[] = [];
  const io: ProviderIo = {
    now,
    nonce: "n0nceN0nceN0nce1",
    fetch: async (url, init) => {
      asked.push({ url: new URL(url), init });
      return answer(new URL(url), init);
    },
  };
  return { io, asked };
}

export const lost = (): Promise<Response> => Promise.reject(new TypeError("connection lost"));
