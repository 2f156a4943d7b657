// Requests of a backend, a provider and clients to the chaos suite's server.
import { randomUUID } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { signed } from "../../scripts/sign.ts";
import { connect, type Client } from "../../src/client/index.ts";
import { hmac, token } from "../tokens/signing.ts";
import { settings } from "./server.ts";

export const newBiz = (): string => randomUUID().replaceAll("-", "");

/** The status and the body; null without a complete answer. */
export type Answer = { readonly status: number; readonly text: string } | null;

export async function request(url: string, init: RequestInit = {}): Promise<Answer> {
  try {
    const response = await fetch(url, { signal: AbortSignal.timeout(30_000), ...init });
    return { status: response.status, text: await response.text() };
  } catch {
    return null; // a connection that the kill cut, or no answer in time
  }
}

export const backend = (
  url: string,
  method: string,
  path: string,
  body?: unknown,
  headers: Record<string, string> = {},
): Promise<Answer> =>
  request(`${url}${path}`, {
    method,
    headers: { Authorization: `Bearer ${settings["API_KEYS"]}`, ...headers },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });

export const register = (url: string, biz: string): Promise<Answer> =>
  backend(url, "PUT", `/orders/${biz}`, { amount: "19.99", currency: "USD" });

/** A payment of the order, as the provider signs it. The same order gets the same event each time. */
export function payment(
  provider: string,
  biz: string,
): { headers: Record<string, string>; body: Uint8Array<ArrayBuffer> } {
  const setting = JSON.parse(settings[`CALLBACK_${provider.toUpperCase()}`] ?? "") as Record<string, unknown>; // an object per line
  const { headers, body } = signed(provider, {
    orderId: biz,
    outcome: "paid",
    amount: "19.99",
    currency: "USD",
    now: Date.now(),
    setting,
  });
  return { headers: { ...headers }, body };
}

export function pay(url: string, provider: string, biz: string): Promise<Answer> {
  const { headers, body } = payment(provider, biz);
  return request(`${url}/callbacks/${provider}`, { method: "POST", headers, body });
}

/** A client that may enter and publish everywhere. */
export const clientOf = (url: string, signal: AbortSignal): Client => connect(url, { signal, getToken: anyToken });

const anyToken = (): Promise<string> =>
  token(
    { alg: "HS256" },
    { sub: newBiz(), groups: ["*"], publish: true, exp: Math.floor(Date.now() / 1000) + 3600 },
    hmac(settings["TOKEN_SECRET"]),
  );

/** Runs `work` in `lanes` lanes at once until it returns false in each. */
export async function inLanes(lanes: number, work: () => Promise<boolean>): Promise<void> {
  await Promise.all(
    Array.from({ length: lanes }, async () => {
      while (await work());
    }),
  );
}

/** Waits until `isDone`, at most `seconds`; false if that did not suffice. */
export async function until(isDone: () => boolean | Promise<boolean>, seconds = 60): Promise<boolean> {
  const end = Date.now() + seconds * 1000;
  while (!(await isDone())) {
    if (Date.now() > end) return false;
    await sleep(20);
  }
  return true;
}
