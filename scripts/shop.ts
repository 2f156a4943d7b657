// The backend of a development shop: reads and registers orders with the API key of the settings.
import { bizOf } from "../src/callbacks/order-id.ts";
import { settingIn } from "./development.ts";

export interface Price {
  /** Major units: "19.99". */
  readonly amount: string;
  readonly currency: string;
}

export interface KnownPayment extends Price {
  readonly provider: string;
  readonly payment_id: string | null;
}

/** The part of an order that the shop needs. */
export interface KnownOrder {
  /** Null without `ORDER_ID_KEY`. */
  readonly biz: string | null;
  readonly registered: Price | null;
  /** Accepted payments, then excess payments. */
  readonly payments: readonly KnownPayment[];
}

/** Fields of `GET /orders/:biz`; all are absent in a refusal. */
interface BackendView {
  readonly version?: number;
  readonly registered?: Price | null;
  readonly payments?: readonly KnownPayment[];
  readonly excess_payments?: readonly KnownPayment[];
}

/** A client of the Belfry on localhost, for the shop's backend. */
export class Shop {
  readonly #url: string;
  readonly #file: string;

  constructor(port: string, file: string) {
    [this.#url, this.#file] = [`http://localhost:${port}`, file];
  }

  /** Sends the merchant's own callback. */
  report(biz: string, status: "paid" | "failed"): Promise<Response> {
    return this.#fetch("POST", `/callback/${biz}/`, { status });
  }

  register(orderId: string, price: Price): Promise<Response> {
    return this.#fetch("PUT", "/orders", { order_id: orderId, ...price });
  }

  async order(orderId: string): Promise<KnownOrder> {
    const keys = settingIn(this.#file, "ORDER_ID_KEY").split(",");
    const isKnown = async (biz: string) => ((await this.#view(biz)).version ?? 0) > 0;
    const idKeys = keys.map((key) => key.trim()).filter(Boolean);
    const biz = await bizOf(orderId, { idKeys, issuedIds: false }, isKnown); // development accepts any biz
    if (!biz.ok) return { biz: null, registered: null, payments: [] };
    const { registered = null, payments = [], excess_payments = [] } = await this.#view(biz.value);
    return { biz: biz.value, registered, payments: [...payments, ...excess_payments] };
  }

  async #view(biz: string): Promise<BackendView> {
    const response = await this.#fetch("GET", `/orders/${biz}`);
    return response.ok ? ((await response.json()) as BackendView) : {}; // the route's response type
  }

  #fetch(method: string, path: string, body?: object): Promise<Response> {
    const [key = ""] = settingIn(this.#file, "API_KEYS").split(",");
    return fetch(`${this.#url}${path}`, {
      method,
      headers: { Authorization: `Bearer ${key.trim()}` },
      ...(body && { body: JSON.stringify(body) }),
    });
  }
}
