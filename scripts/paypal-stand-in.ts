// A stand-in for PayPal's API, for development and tests: issues a token, and confirms the
// deliveries that it issued. paypal-server.ts serves it on a port.
import type { WebhookHeaders } from "../src/core/callback.ts";

/** Responses that replace PayPal's usual ones. */
export interface Trouble {
  readonly token?: () => Promise<Response>;
  readonly verify?: () => Promise<Response>;
}

export class PaypalStandIn {
  readonly asked: { readonly url: string; readonly init: RequestInit; readonly body: string }[] = [];
  readonly #issued = new Set<string>();
  readonly #trouble: Trouble;

  constructor(trouble: Trouble = {}) {
    this.#trouble = trouble;
  }

  issue(headers: WebhookHeaders, body: Uint8Array): void {
    this.#issued.add(`${headers.get("paypal-transmission-id") ?? ""} ${new TextDecoder().decode(body)}`);
  }

  readonly fetch = async (url: string, init: RequestInit): Promise<Response> => {
    const body = await new Response(init.body ?? null).text();
    this.asked.push({ url, init, body });
    if (url.endsWith("/v1/oauth2/token")) {
      const token = { access_token: "A21AA", token_type: "Bearer", expires_in: 32_400 };
      return this.#trouble.token?.() ?? Response.json(token);
    }
    if (this.#trouble.verify !== undefined) return this.#trouble.verify();
    const id = /"transmission_id":"([^"]*)"/.exec(body)?.[1] ?? "";
    // The event as received text: serializing it again could change it.
    const event = body.slice(body.indexOf('"webhook_event":') + '"webhook_event":'.length, -1);
    return Response.json({ verification_status: this.#issued.has(`${id} ${event}`) ? "SUCCESS" : "FAILURE" });
  };
}
