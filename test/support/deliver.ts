// A payment provider inside workerd: signs deliveries with the development settings and sends them to the Worker. Tests nothing.
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
  JSON.parse(env[settingName(provider)]) as Record<string, unknown>; // .dev.vars.example, which the tests run with

/** What Alipay and WeChat Pay take is yuan. */
export const currencyOf = (provider: ProviderName): string =>
  provider === "alipay" || provider === "wechatpay" ? "CNY" : "USD";

interface Asked {
  readonly outcome?: Outcome;
  readonly amount?: string;
  readonly currency?: string;
  /** The event itself (see events.ts). */
  readonly event?: object;
}

/** A delivery as the provider would send it now. */
export const deliveryOf = (provider: ProviderName, orderId: string, asked: Asked = {}): Delivery =>
  signed(provider, {
    orderId,
    outcome: "paid",
    amount: "19.99",
    currency: currencyOf(provider),
    now: Date.now(),
    setting: settingOf(provider),
    ...asked,
  });

/** Sends a delivery; `changed` is what this Worker's settings and bindings are instead. */
export function send(provider: string, { headers, body }: Delivery, changed: Partial<Env> = {}): Promise<Response> {
  const request = { method: "POST", headers: { ...headers }, body };
  // A new object each time: the Worker reads its settings once for each it is given.
  return Promise.resolve(app.request(`/callbacks/${provider}`, request, { ...env, ...changed }));
}

/** A text as a body. */
export const bytes = (text: string): Uint8Array<ArrayBuffer> => new Uint8Array(Buffer.from(text));

/** The same without what proves it: its signature's header, or, where that stands in the body, the field. */
export function unsigned({ headers, body }: Delivery): Delivery {
  const text = new TextDecoder().decode(body);
  const bare = text.replace(/&sign=[^&]*/, "").replace(/,"additionalData":\{[^}]*\}/, "");
  const rest = Object.entries(headers).filter(([name]) => !/signature$|-sig$/.test(name));
  return { headers: Object.fromEntries(rest), body: bytes(bare) };
}

/** An object namespace whose objects are all out of reach. */
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
  return { GROUP: { getByName: () => stub } as unknown as Env["GROUP"] }; // all that the route calls
};

/** What a reply says, whatever the provider. */
export const replyOf = async (response: Response): Promise<[status: number, body: string]> => [
  response.status,
  await response.text(),
];

/** PayPal for this test: whatever is fetched goes to a stand-in, which knows what `issue` has told it. */
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

/** A delivery that its provider stands by: PayPal is asked about each. */
export function genuine(provider: ProviderName, orderId: string, asked?: Asked): Delivery {
  const delivery = deliveryOf(provider, orderId, asked);
  if (provider === "paypal") standInForPaypal().issue(new Map(Object.entries(delivery.headers)), delivery.body);
  return delivery;
}

/** Registers an order for what a delivery pays, as a shop does before its customer pays. */
export const registerFor = (provider: ProviderName, biz: string, amount = "19.99"): Promise<Response> =>
  backend("PUT", `/orders/${biz}`, { amount, currency: currencyOf(provider) });

/** The order as the merchant's backend sees it. */
export const orderView = async (biz: string): Promise<Record<string, unknown>> =>
  (await backend("GET", `/orders/${biz}`)).json();

/** What is written to the log while the test runs: all of it, or the lines of one event. */
export function wholeLog(): (event?: string) => string {
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
