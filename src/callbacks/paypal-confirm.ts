// Asks PayPal whether it sent a webhook (developer.paypal.com/docs/api/webhooks/v1/#verify-webhook-signature). Believes nothing else.
import type { Confirmation, ProviderIo } from "./adapter.ts";
import { ask } from "./ask.ts";
import { concat, toBase64, utf8, type Bytes } from "./bytes.ts";
import { jsonObject, textAt } from "./content.ts";

export interface PaypalAccess {
  readonly webhookId: string;
  readonly clientId: string;
  readonly clientSecret: string;
  readonly base: string;
}

/** The headers of a delivery, by the names of the question. */
export interface Transmission {
  readonly transmission_id: string;
  readonly transmission_time: string;
  readonly cert_url: string;
  readonly auth_algo: string;
  readonly transmission_sig: string;
}

export async function confirmWithPaypal(
  access: PaypalAccess,
  transmission: Transmission,
  event: Bytes,
  io: ProviderIo,
): Promise<Confirmation> {
  const token = await accessToken(access, io);
  if (token === null) return "try_again";
  const rest = JSON.stringify({ ...transmission, webhook_id: access.webhookId }).slice(0, -1);
  const answer = await ask(io, `${access.base}/v1/notifications/verify-webhook-signature`, {
    method: "POST",
    headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
    // The event goes back byte for byte: parsed and written anew, 1.0 would be 1 and PayPal would not know its own event.
    body: concat(utf8(`${rest},"webhook_event":`), event, utf8("}")),
  });
  if (answer?.status !== 200) return "try_again";
  switch (textAt(jsonObject(answer.body), "verification_status")) {
    case "SUCCESS":
      return "confirmed";
    case "FAILURE":
      return "refused";
    case null:
    default:
      return "try_again";
  }
}

/** One for each question: PayPal's are rare, and a kept one would be state, and a secret, to look after. */
async function accessToken({ base, clientId, clientSecret }: PaypalAccess, io: ProviderIo): Promise<string | null> {
  const answer = await ask(io, `${base}/v1/oauth2/token`, {
    method: "POST",
    headers: {
      authorization: `Basic ${toBase64(utf8(`${clientId}:${clientSecret}`))}`,
      "content-type": "application/x-www-form-urlencoded",
    },
    body: "grant_type=client_credentials",
  });
  return answer?.status === 200 ? textAt(jsonObject(answer.body), "access_token") : null;
}
