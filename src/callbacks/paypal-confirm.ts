// Confirms a webhook with PayPal's API
// (developer.paypal.com/docs/api/webhooks/v1/#verify-webhook-signature).
import { Budgets, type Budget } from "../core/budget.ts";
import type { Confirmation, ProviderIo } from "./adapter.ts";
import { requestApi, type ApiResponse } from "./api-request.ts";
import { concat, toBase64, utf8, type Bytes } from "./bytes.ts";
import { jsonObject, textAt } from "./content.ts";

export interface PaypalAccess {
  readonly webhookId: string;
  readonly clientId: string;
  readonly clientSecret: string;
  readonly base: string;
  readonly cache: PaypalCache;
}

/** The headers of a delivery, by the field names of the confirmation request. */
export interface Transmission {
  readonly transmission_id: string;
  readonly transmission_time: string;
  readonly cert_url: string;
  readonly auth_algo: string;
  readonly transmission_sig: string;
}

const CONFIRMED_MAX = 100;
const REFUSED_MAX = 1000;
/** A forged delivery is tried again at once, if at all. */
const REFUSED_MS = 300_000;
/** PayPal's own limit of calls is for all of the merchant's; genuine deliveries beyond this are delivered again. */
const CONFIRMATIONS: Budget = { burst: 60, perSecond: 1 };
const EXPIRY_MARGIN_MS = 60_000;
const TOKEN_MAX_MS = 24 * 3_600_000;

/**
 * The access token and recent results, cached per configured provider, so per isolate. Values
 * only: a cached promise would make one request wait for another's, which may be cancelled.
 */
export class PaypalCache {
  #token: { readonly value: string; readonly until: number } | null = null;
  /** Keys of confirmed deliveries, oldest first. */
  readonly #confirmed = new Set<string>();
  /** When each transmission was refused, in ms, oldest first. */
  readonly #refused = new Map<string, number>();
  readonly #budget = new Budgets(1);

  token(now: number): string | null {
    return this.#token !== null && now < this.#token.until ? this.#token.value : null;
  }

  setToken(value: string, until: number): void {
    this.#token = { value, until };
  }

  dropToken(value: string): void {
    if (this.#token?.value === value) this.#token = null;
  }

  /** Charges one question to PayPal; false if too many were asked. */
  mayAsk(now: number): boolean {
    return this.#budget.take("paypal", CONFIRMATIONS, now);
  }

  isRefused(transmission: string, now: number): boolean {
    return now - (this.#refused.get(transmission) ?? -REFUSED_MS) < REFUSED_MS;
  }

  addRefused(transmission: string, now: number): void {
    this.#refused.delete(transmission);
    this.#refused.set(transmission, now);
    const [oldest] = this.#refused.keys();
    if (this.#refused.size > REFUSED_MAX && oldest !== undefined) this.#refused.delete(oldest);
  }

  isConfirmed(delivery: string): boolean {
    return this.#confirmed.has(delivery);
  }

  addConfirmed(delivery: string): void {
    this.#confirmed.add(delivery);
    const [oldest] = this.#confirmed;
    if (this.#confirmed.size > CONFIRMED_MAX && oldest !== undefined) this.#confirmed.delete(oldest);
  }
}

export async function confirmWithPaypal(
  access: PaypalAccess,
  transmission: Transmission,
  event: Bytes,
  io: ProviderIo,
): Promise<Confirmation> {
  const delivery = await deliveryKey(transmission, event);
  const { cache } = access;
  const { transmission_id } = transmission;
  if (cache.isConfirmed(delivery)) return "confirmed";
  if (cache.isRefused(transmission_id, io.now)) return "refused";
  if (!cache.mayAsk(io.now)) return "try_again";
  const response = await postConfirmation(access, requestBody(access, transmission, event), io);
  if (response?.status !== 200) return "try_again";
  switch (textAt(jsonObject(response.body), "verification_status")) {
    case "SUCCESS":
      cache.addConfirmed(delivery);
      return "confirmed";
    case "FAILURE":
      cache.addRefused(transmission_id, io.now);
      return "refused";
    case null:
    default:
      return "try_again";
  }
}

/** Key of a confirmation. It includes the body: the headers alone would confirm any other body. */
async function deliveryKey({ transmission_id }: Transmission, event: Bytes): Promise<string> {
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", event));
  return `${transmission_id} ${toBase64(digest)}`;
}

function requestBody({ webhookId }: PaypalAccess, transmission: Transmission, event: Bytes): Bytes {
  const rest = JSON.stringify({ ...transmission, webhook_id: webhookId }).slice(0, -1);
  // The event's original bytes: parsing would turn 1.0 into 1, and PayPal would not recognise it.
  return concat(utf8(`${rest},"webhook_event":`), event, utf8("}"));
}

async function postConfirmation(access: PaypalAccess, body: Bytes, io: ProviderIo): Promise<ApiResponse | null> {
  const { base, cache } = access;
  const post = (token: string) =>
    requestApi(io, `${base}/v1/notifications/verify-webhook-signature`, {
      method: "POST",
      headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
      body,
    });
  const cached = cache.token(io.now);
  if (cached !== null) {
    const response = await post(cached);
    if (response?.status !== 401) return response;
    // PayPal revoked the token before its expiry.
    cache.dropToken(cached);
  }
  const token = await requestToken(access, io);
  return token === null ? null : post(token);
}

async function requestToken({ base, clientId, clientSecret, cache }: PaypalAccess, io: ProviderIo) {
  const response = await requestApi(io, `${base}/v1/oauth2/token`, {
    method: "POST",
    headers: {
      authorization: `Basic ${toBase64(utf8(`${clientId}:${clientSecret}`))}`,
      "content-type": "application/x-www-form-urlencoded",
    },
    body: "grant_type=client_credentials",
  });
  if (response?.status !== 200) return null;
  const json = jsonObject(response.body);
  const token = textAt(json, "access_token");
  const lifetime = textAt(json, "expires_in");
  // The lifetime is in seconds. A token without one is used once.
  if (token !== null && lifetime !== null && /^\d{1,9}$/.test(lifetime)) {
    cache.setToken(token, io.now + Math.min(Number(lifetime) * 1000, TOKEN_MAX_MS) - EXPIRY_MARGIN_MS);
  }
  return token;
}
