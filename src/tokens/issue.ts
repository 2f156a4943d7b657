// Issues tickets: tokens for one group that a page connects with at once. The clock is passed in.
import type { JsonObject } from "../core/json.ts";
import { TICKET_SECONDS } from "../core/limits.ts";
import { no, ok, type Result } from "../core/result.ts";
import type { TokenSettings } from "../core/settings.ts";
import { tokenOf, type RefusedToken } from "../core/token.ts";

export interface Ticket {
  readonly token: string;
  /** ms since 1970. */
  readonly expiresAt: number;
}

/** HMAC-SHA-256 of `text` under `secret`. */
export type Hmac = (text: string, secret: string) => Promise<Uint8Array<ArrayBuffer>>;

/**
 * Signs `claims` with the first secret, after the checks that the handshake will make. `now` is in ms.
 */
export async function issueTicket(
  claims: JsonObject,
  { secrets, issuer, audience }: TokenSettings,
  now: number,
  hmac: Hmac,
): Promise<Result<Ticket, RefusedToken | "no_token_secret">> {
  const [secret] = secrets;
  if (secret === undefined) return no("no_token_secret");
  const iat = Math.floor(now / 1000);
  const exp = iat + TICKET_SECONDS;
  const ours = { ...(issuer === null ? {} : { iss: issuer }), ...(audience === null ? {} : { aud: audience }) };
  const payload = { ...claims, ...ours, iat, exp };
  const readable = tokenOf(payload);
  if (!readable.ok) return readable;
  // RFC 7515, 3.1. jose's own signer is 1.3 KiB of the Worker; in the tests it verifies these.
  const encoder = new TextEncoder();
  const signed = `${base64Url(encoder.encode(HEADER))}.${base64Url(encoder.encode(JSON.stringify(payload)))}`;
  return ok({ token: `${signed}.${base64Url(await hmac(signed, secret))}`, expiresAt: exp * 1000 });
}

const HEADER = '{"alg":"HS256","typ":"JWT"}';

const base64Url = (bytes: Uint8Array): string =>
  btoa(String.fromCharCode(...bytes))
    .replaceAll("+", "-")
    .replaceAll("/", "_")
    .replaceAll("=", "");
