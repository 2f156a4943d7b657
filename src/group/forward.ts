// One try to hand a body on to the merchant's backend, signed as Standard Webhooks. Decides nothing of the next one; throws nothing.
import { withDeadline } from "../net/deadline.ts";
import { webhookSecret } from "../callbacks/signature.ts";
import { FORWARD_TRY_MS, retryAfterOf } from "../core/forward.ts";
import type { Owed } from "./outbox.ts";

export interface Answer {
  /** Null: nobody answered in time. */
  readonly status: number | null;
  /** Retry-After in ms; null where there is none. */
  readonly retryAfter: number | null;
}

/** The headers that sign a body as Standard Webhooks. `secret` is base64, with or without `whsec_` before it, as the settings have it. */
export async function sign(secret: string, { id, body }: Owed, now: number): Promise<Record<string, string>> {
  const timestamp = Math.floor(now / 1000);
  const bytes = webhookSecret(secret);
  if (bytes === null) throw new Error("FORWARD_SECRET must be base64"); // its shape was checked when the settings were read
  const key = await crypto.subtle.importKey("raw", bytes, { name: "HMAC", hash: "SHA-256" }, false, ["sign"]);
  const signature = await crypto.subtle.sign("HMAC", key, new TextEncoder().encode(`${id}.${timestamp}.${body}`));
  return {
    "Content-Type": "application/json",
    "webhook-id": id,
    "webhook-timestamp": String(timestamp),
    "webhook-signature": `v1,${btoa(String.fromCharCode(...new Uint8Array(signature)))}`,
  };
}

export async function forward(
  url: string,
  headers: Record<string, string>,
  body: string,
  now: number,
): Promise<Answer> {
  try {
    return await withDeadline(FORWARD_TRY_MS, async (signal) => {
      const response = await fetch(url, { method: "POST", headers, body, redirect: "manual", signal });
      await response.body?.cancel();
      const retryAfter = retryAfterOf(response.headers.get("Retry-After"), now, Date.parse);
      return { status: response.status, retryAfter };
    });
  } catch {
    return { status: null, retryAfter: null }; // no connection, or none in time: the next try is due anyway
  }
}
