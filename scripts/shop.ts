// A shop's side of the development orders: looks an order up and registers its price, by the API key of the development settings.
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

/** An order as far as its shop needs it. */
export interface KnownOrder {
  /** Null where `ORDER_ID_KEY` is not set. */
  readonly biz: string | null;
  readonly registered: Price | null;
  /** The payments that count, then those in excess. */
  readonly payments: readonly KnownPayment[];
}

/** The fields of `GET /orders/:biz` that are read here; a refusal has none of them. */
interface BackendView {
  readonly version?: number;
  readonly registered?: Price | null;
  readonly payments?: readonly KnownPayment[];
  readonly excess_payments?: readonly KnownPayment[];
}

/** A Belfry on this machine, as the shop's backend reaches it. */
export class Shop {
  readonly #url: string;
  readonly #file: string;

  constructor(port: string, file: string) {
    [this.#url, this.#file] = [`http://localhost:${port}`, file];
  }

  /** The merchant's own callback. */
  report(biz: string, status: "paid" | "failed"): Promise<Response> {
    return this.#fetch("POST", `/callback/${biz}/`, { status });
  }

  register(orderId: string, price: Price): Promise<Response> {
    return this.#fetch("PUT", "/orders", { order_id: orderId, ...price });
  }

  async order(orderId: string): Promise<KnownOrder> {
    const keys = settingIn(this.#file, "ORDER_ID_KEY").split(",");
    const isKnown = async (biz: string) => ((await this.#view(biz)).version ?? 0) > 0;
    const biz = await bizOf(orderId, keys.map((key) => key.trim()).filter(Boolean), isKnown);
    if (!biz.ok) return { biz: null, registered: null, payments: [] };
    const { registered = null, payments = [], excess_payments = [] } = await this.#view(biz.value);
    return { biz: biz.value, registered, payments: [...payments, ...excess_payments] };
  }

  async #view(biz: string): Promise<BackendView> {
    const response = await this.#fetch("GET", `/orders/${biz}`);
    return response.ok ? ((await response.json()) as BackendView) : {}; // the route's own answer
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
