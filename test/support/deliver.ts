// A payment provider inside workerd: signs deliveries with the development settings and sends them.
import { env } from "cloudflare:workers";
import { onTestFinished, vi } from "vitest";
import { PaypalStandIn, type Trouble } from "../../scripts/paypal-stand-in.ts";
import { signed, type Delivery, type Outcome } from "../../scripts/sign.ts";
import { app } from "./app.ts";
import { backend } from "./workerd.ts";

export const providerNames = [
  "stripe",
  "alipay",
  "wechatpay",
  "paypal",
  "adyen",
  "square",
  "paddle",
  "standard",
  "hmac",
] as const;
export type ProviderName = (typeof providerNames)[number];

/** The name of a provider's setting. */
export const settingName = (provider: ProviderName) =>
  `CALLBACK_${provider.toUpperCase() as Uppercase<ProviderName>}` as const;

export const settingOf = (provider: ProviderName): Record<string, unknown> =>
  JSON.parse(env[settingName(provider)]) as Record<string, unknown>; // an object in development.vars

/** The currency of a provider's deliveries: yuan for Alipay and WeChat Pay. */
export const currencyOf = (provider: ProviderName): string =>
  provider === "alipay" || provider === "wechatpay" ? "CNY" : "USD";

interface DeliveryOptions {
  readonly outcome?: Outcome;
  readonly amount?: string;
  readonly currency?: string;
  /** The provider's event, in place of one made from the other options. */
  readonly event?: object;
}

/** A delivery as the provider sends it now. */
export const deliveryOf = (provider: ProviderName, orderId: string, options: DeliveryOptions = {}): Delivery =>
  signed(provider, {
    orderId,
    outcome: "paid",
    amount: "19.99",
    currency: currencyOf(provider),
    now: Date.now(),
    setting: settingOf(provider),
    ...options,
  });

/** Sends a delivery. `changed` replaces settings and bindings of the Worker. */
export function send(provider: string, { headers, body }: Delivery, changed: Partial<Env> = {}): Promise<Response> {
  const request = { method: "POST", headers: { ...headers }, body };
  // A new object each time: the Worker parses the settings once per object.
  return Promise.resolve(app.request(`/callbacks/${provider}`, request, { ...env, ...changed }));
}

/** Encodes a text as a body. */
export const bytes = (text: string): Uint8Array<ArrayBuffer> => new Uint8Array(Buffer.from(text));

/** The delivery without its signature, in a header or in a field of the body. */
export function unsigned({ headers, body }: Delivery): Delivery {
  const text = new TextDecoder().decode(body);
  const bare = text.replace(/&sign=[^&]*/, "").replace(/,"additionalData":\{[^}]*\}/, "");
  const rest = Object.entries(headers).filter(([name]) => !/signature$|-sig$/.test(name));
  return { headers: Object.fromEntries(rest), body: bytes(bare) };
}

/** An object namespace whose objects are unreachable. */
export const unreachable = (): Pick<Env, "GROUP"> => {
  const lost = () => Promise.reject(Object.assign(new Error("Network connection lost."), { retryable: true }));
  const stub = {
    record: lost,
    isKnown: lost,
    claim: lost,
    claimOf: lost,
    storeOrphan: lost,
    enqueueDelivery: lost,
  };
  return { GROUP: { getByName: () => stub } as unknown as Env["GROUP"] }; // the stub has the methods that the route calls
};

/** Status and body of a reply. */
export const replyOf = async (response: Response): Promise<[status: number, body: string]> => [
  response.status,
  await response.text(),
];

/** Replaces PayPal for this test: every fetch goes to a stand-in, which confirms the issued deliveries. */
export function standInForPaypal(trouble?: Trouble): PaypalStandIn {
  const standIn = new PaypalStandIn(trouble);
  const spy = vi
    .spyOn(globalThis, "fetch")
    .mockImplementation((input, init) =>
      standIn.fetch(input instanceof Request ? input.url : input.toString(), init ?? {}),
    );
  onTestFinished(() => spy.mockRestore());
  return standIn;
}

/** A delivery that its provider confirms. For PayPal, the stand-in does. */
export function confirmedDelivery(provider: ProviderName, orderId: string, options?: DeliveryOptions): Delivery {
  const delivery = deliveryOf(provider, orderId, options);
  if (provider === "paypal") standInForPaypal().issue(new Map(Object.entries(delivery.headers)), delivery.body);
  return delivery;
}

/** Registers an order with the amount of a delivery, as a shop does before its customer pays. */
export const registerFor = (provider: ProviderName, biz: string, amount = "19.99"): Promise<Response> =>
  backend("PUT", `/orders/${biz}`, { amount, currency: currencyOf(provider) });

/** The order as `GET /orders/:biz` returns it. */
export const orderView = async (biz: string): Promise<Record<string, unknown>> =>
  (await backend("GET", `/orders/${biz}`)).json();

/** Captures the log of this test. Returns the whole log, or the lines of one event. */
export function captureLog(): (event?: string) => string {
  const spies = (["log", "info", "warn", "error", "debug"] as const).map((level) =>
    vi.spyOn(console, level).mockImplementation(() => undefined),
  );
  onTestFinished(() => spies.forEach((spy) => spy.mockRestore()));
  return (event) =>
    spies
      .flatMap((spy) => spy.mock.calls.map((call) => call.map(String).join(" ")))
      .filter((line) => event === undefined || line.includes(`{"event":"${event}"`))
      .join("\n");
}
