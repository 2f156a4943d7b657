// The nine providers, one by one and by name. A bundler leaves out those that a Worker does not name.
import { adyen as adyenAdapter } from "./adyen.ts";
import { alipay as alipayAdapter } from "./alipay.ts";
import { hmac as hmacAdapter } from "./hmac.ts";
import { paddle as paddleAdapter } from "./paddle.ts";
import { paypal as paypalAdapter } from "./paypal.ts";
import { square as squareAdapter } from "./square.ts";
import { standard as standardAdapter } from "./standard.ts";
import { stripe as stripeAdapter } from "./stripe.ts";
import { wechatpay as wechatpayAdapter } from "./wechatpay.ts";
import { provider, type Provider } from "./provider.ts";

export const stripe: Provider = /* @__PURE__ */ provider(stripeAdapter);
export const alipay: Provider = /* @__PURE__ */ provider(alipayAdapter);
export const wechatpay: Provider = /* @__PURE__ */ provider(wechatpayAdapter);
export const paypal: Provider = /* @__PURE__ */ provider(paypalAdapter);
export const adyen: Provider = /* @__PURE__ */ provider(adyenAdapter);
export const square: Provider = /* @__PURE__ */ provider(squareAdapter);
export const paddle: Provider = /* @__PURE__ */ provider(paddleAdapter);
export const standard: Provider = /* @__PURE__ */ provider(standardAdapter);
export const hmac: Provider = /* @__PURE__ */ provider(hmacAdapter);

/** All of them, in the order of docs/payments.md. */
export const allProviders: readonly Provider[] = [
  stripe,
  alipay,
  wechatpay,
  paypal,
  adyen,
  square,
  paddle,
  standard,
  hmac,
];

// Both calls are marked: a bundler keeps every provider for one that may have effects.
export const providers: ReadonlyMap<string, Provider> = /* @__PURE__ */ new Map(
  /* @__PURE__ */ allProviders.map((entry) => [entry.name, entry]),
);
