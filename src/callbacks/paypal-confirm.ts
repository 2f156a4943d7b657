// Asks PayPal whether it sent a webhook (developer.paypal.com/docs/api/webhooks/v1/#verify-webhook-signature). Believes nothing else.
import type { Confirmation, ProviderIo } from "./adapter.ts";
import { ask, type Answer } from "./ask.ts";
import { concat, toBase64, utf8, type Bytes } from "./bytes.ts";
import { jsonObject, textAt } from "./content.ts";

export interface PaypalAccess {
  readonly webhookId: string;
  readonly clientId: string;
  readonly clientSecret: string;
  readonly base: string;
  readonly memory: PaypalMemory;
}

/** The headers of a delivery, by the names of the question. */
export interface Transmission {
  readonly transmission_id: string;
  readonly transmission_time: string;
  readonly cert_url: string;
  readonly auth_algo: string;
  readonly transmission_sig: string;
}

const CONFIRMED_MAX = 100;
const SPARE_MS = 60_000;
const TOKEN_MAX_MS = 24 * 3_600_000;

/**
 * What PayPal answered and need not be asked again: lives as long as the opened setting, so in one isolate. Holds answers alone, never a
 * promise of one: a request must not wait for what another one began and may not end.
 */
export class PaypalMemory {
  #token: { readonly value: string; readonly until: number } | null = null;
  /** The oldest first. */
  readonly #confirmed = new Set<string>();

  token(now: number): string | null {
    return this.#token !== null && now < this.#token.until ? this.#token.value : null;
  }

  keepToken(value: string, until: number): void {
    this.#token = { value, until };
  }

  dropToken(value: string): void {
    if (this.#token?.value === value) this.#token = null;
  }

  isConfirmed(delivery: string): boolean {
    return this.#confirmed.has(delivery);
  }

  keepConfirmed(delivery: string): void {
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
  if (access.memory.isConfirmed(delivery)) return "confirmed";
  const answer = await askPaypal(access, questionOf(access, transmission, event), io);
  if (answer?.status !== 200) return "try_again";
  switch (textAt(jsonObject(answer.body), "verification_status")) {
    case "SUCCESS":
      access.memory.keepConfirmed(delivery);
      return "confirmed";
    case "FAILURE":
      return "refused";
    case null:
    default:
      return "try_again";
  }
}

/** The transmission with its body: a transmission's headers alone would confirm every other body that is sent with them. */
async function deliveryKey({ transmission_id }: Transmission, event: Bytes): Promise<string> {
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", event));
  return `${transmission_id} ${toBase64(digest)}`;
}

function questionOf({ webhookId }: PaypalAccess, transmission: Transmission, event: Bytes): Bytes {
  const rest = JSON.stringify({ ...transmission, webhook_id: webhookId }).slice(0, -1);
  // The event goes back byte for byte: parsed and written anew, 1.0 would be 1 and PayPal would not know its own event.
  return concat(utf8(`${rest},"webhook_event":`), event, utf8("}"));
}

async function askPaypal(access: PaypalAccess, question: Bytes, io: ProviderIo): Promise<Answer | null> {
  const { base, memory } = access;
  const askWith = (token: string) =>
    ask(io, `${base}/v1/notifications/verify-webhook-signature`, {
      method: "POST",
      headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
      body: question,
    });
  const kept = memory.token(io.now);
  if (kept !== null) {
    const answer = await askWith(kept);
    if (answer?.status !== 401) return answer;
    // PayPal revoked it before its time.
    memory.dropToken(kept);
  }
  const token = await newToken(access, io);
  return token === null ? null : askWith(token);
}

async function newToken({ base, clientId, clientSecret, memory }: PaypalAccess, io: ProviderIo) {
  const answer = await ask(io, `${base}/v1/oauth2/token`, {
    method: "POST",
    headers: {
      authorization: `Basic ${toBase64(utf8(`${clientId}:${clientSecret}`))}`,
      "content-type": "application/x-www-form-urlencoded",
    },
    body: "grant_type=client_credentials",
  });
  if (answer?.status !== 200) return null;
  const json = jsonObject(answer.body);
  const token = textAt(json, "access_token");
  const lifetime = textAt(json, "expires_in");
  // In seconds. A token without a lifetime is used once.
  if (token !== null && lifetime !== null && /^\d{1,9}$/.test(lifetime)) {
    memory.keepToken(token, io.now + Math.min(Number(lifetime) * 1000, TOKEN_MAX_MS) - SPARE_MS);
  }
  return token;
}
