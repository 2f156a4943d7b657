// `npm run callback -- …`: sends one callback as a backend or as one of the nine providers. Sends
// to localhost only, since its signing keys are public.
import { parseArgs } from "node:util";
import { callbackSetting, DEVELOPMENT_FILE } from "./development.ts";
import { captureId, followsPayment, isRefund, paymentId as idOf } from "./order-event.ts";
import { servePaypal } from "./paypal-server.ts";
import { PaypalStandIn } from "./paypal-stand-in.ts";
import { Shop, type KnownOrder, type KnownPayment, type Price } from "./shop.ts";
import { outcomes, providerNames, signed, tampered, type Delivery, type Outcome } from "./sign.ts";

const USAGE = `npm run callback -- <biz: 32 of a-z 0-9> [--failed]
npm run callback -- <provider> <order> [--outcome paid] [--amount 19.99] [--currency USD] …
  provider       ${providerNames.join(", ")}
  order          a biz, or the id that your backend gave to the provider
                 An order is registered first, with the amount of the payment, unless it is registered already.
  --registered   registers it with this amount, also where it is registered with another one already
  --unregistered registers nothing
  --outcome      ${outcomes.join(", ")}
  --amount       of the payment, in major units; the registered amount where it is left out
  --payment      the payment's id, of one order only; each amount of an order has its own where it is left out
                 A refund or a dispute without both is about the last payment of the order.
  --refunded     how much of the payment goes back; with --outcome partially_refunded or refunded
                 (stripe, alipay, square: in all so far; any other: by this refund)
  --account      other: an event of an account that the setting does not name
  --tamper       changes one byte of the body after it is signed: the delivery is refused
both             [--port 8787] [--env-file ${DEVELOPMENT_FILE}]`;

const options = {
  failed: { type: "boolean", default: false },
  outcome: { type: "string" },
  amount: { type: "string" },
  currency: { type: "string" },
  registered: { type: "string" },
  unregistered: { type: "boolean", default: false },
  payment: { type: "string" },
  refunded: { type: "string" },
  account: { type: "string" },
  tamper: { type: "boolean", default: false },
  port: { type: "string", default: "8787" },
  "env-file": { type: "string", default: DEVELOPMENT_FILE }, // as `npm start`
} as const;

type Flags = ReturnType<typeof readArguments>["flags"];

/** Invalid arguments. The usage is printed. */
class Misuse extends Error {}

try {
  const { flags, positionals } = readArguments();
  const [first = "", order] = positionals;
  const response = order === undefined ? await asBackend(first, flags) : await asProvider(first, order, flags);
  console.log(response.status, await response.text());
  process.exitCode = response.ok ? 0 : 1;
} catch (error) {
  const { message } = error as Error; // only errors are thrown here
  const shown =
    message === "fetch failed" ? "nothing answers there: is `npm start` running, and on this port?" : message;
  console.error(error instanceof Misuse ? `${message}\n\n${USAGE}`.trim() : shown);
  process.exitCode = error instanceof Misuse ? 2 : 1;
}

function readArguments() {
  try {
    const { values: flags, positionals } = parseArgs({ allowPositionals: true, options });
    if (positionals.length < 1 || positionals.length > 2) throw new Misuse("");
    if (!/^\d{1,5}$/.test(flags.port)) throw new Misuse("--port is a number such as 8787");
    return { flags, positionals };
  } catch (error) {
    throw new Misuse((error as Error).message, { cause: error }); // parseArgs names the invalid option
  }
}

/** Sends the merchant's own callback, with its API key. */
function asBackend(biz: string, flags: Flags): Promise<Response> {
  if (!/^[a-z0-9]{32}$/.test(biz)) throw new Misuse("");
  const { failed, port, "env-file": file, ...others } = flags;
  const unexpected = Object.entries(others).find(([, value]) => value !== undefined && value !== false);
  if (unexpected !== undefined) throw new Misuse(`--${unexpected[0]} goes with a provider`);
  return new Shop(port, file).report(biz, failed ? "failed" : "paid");
}

async function asProvider(provider: string, orderId: string, flags: Flags): Promise<Response> {
  const outcome = validOutcome(provider, orderId, flags);
  const { port, "env-file": file } = flags;
  const setting = callbackSetting(provider, file);
  if (Object.keys(setting).length === 0) throw new Error(`${file} sets no CALLBACK_${provider.toUpperCase()}`);
  const shop = new Shop(port, file);
  const order = await shop.order(orderId);
  const event = { ...paymentFields(provider, outcome, flags, order), orderId, outcome, now: Date.now(), setting };
  const genuine = sign(provider, event);
  const delivery = flags.tamper ? tampered(genuine, orderId) : genuine;
  const refusal = flags.unregistered ? null : await register(shop, orderId, order, flags, event);
  if (refusal !== null) return refusal;
  const paymentId = provider === "paypal" ? captureId(event) : idOf(event);
  const account = event.isOtherAccount ? ", another account" : "";
  const size = `${delivery.body.length} bytes${flags.tamper ? ", one of them changed" : ""}`;
  const payment = `${event.amount} ${event.currency} (${paymentId})`;
  console.log(`POST /callbacks/${provider} ${orderId}: ${outcome}, ${payment}${account}, ${size}`);
  const post = () =>
    fetch(`http://localhost:${port}/callbacks/${provider}`, { method: "POST", ...delivery, redirect: "manual" });
  return provider === "paypal" ? confirming(setting, genuine, post) : post();
}

/**
 * Returns the payment of the event, as the options name it. By default, a refund or a dispute
 * concerns the order's last payment by this provider, and a payment pays the registered amount.
 */
function paymentFields(provider: string, outcome: Outcome, flags: Flags, order: KnownOrder) {
  const matchesOption = ({ payment_id }: KnownPayment) => flags.payment === undefined || payment_id === flags.payment;
  const follows = followsPayment({ outcome }) && flags.amount === undefined;
  const paid = follows
    ? order.payments.findLast((each) => each.provider === provider && matchesOption(each))
    : undefined;
  const payment = flags.payment ?? paid?.payment_id ?? undefined;
  const defaultCurrency = provider === "alipay" || provider === "wechatpay" ? "CNY" : "USD";
  return {
    amount: flags.amount ?? paid?.amount ?? order.registered?.amount ?? flags.registered ?? "19.99",
    currency: flags.currency ?? paid?.currency ?? order.registered?.currency ?? defaultCurrency,
    ...(payment !== undefined && { payment }),
    ...(flags.refunded !== undefined && { refunded: flags.refunded }),
    isOtherAccount: flags.account === "other",
  };
}

/** Validates all options. Returns the outcome. */
function validOutcome(provider: string, orderId: string, flags: Flags): Outcome {
  const outcome = outcomes.find((name) => name === (flags.outcome ?? "paid"));
  if (!providerNames.includes(provider)) throw new Misuse(`no such provider: ${provider}`);
  if (outcome === undefined) throw new Misuse(`no such outcome: ${flags.outcome ?? ""}`);
  for (const name of ["amount", "registered", "refunded"] as const) {
    if (!/^\d{1,9}(\.\d{1,3})?$/.test(flags[name] ?? "0")) throw new Misuse(`--${name} is a decimal such as 19.99`);
  }
  if (!/^[A-Z]{3}$/.test(flags.currency ?? "USD")) throw new Misuse("--currency is three capital letters");
  if (!/^[^\s:]+$/.test(flags.payment ?? "P2")) throw new Misuse("--payment is an id without spaces and colons");
  if (flags.account !== undefined && flags.account !== "other") throw new Misuse("--account is: other");
  if (flags.registered !== undefined && flags.unregistered) {
    throw new Misuse("--registered and --unregistered exclude each other");
  }
  if (flags.refunded !== undefined && !isRefund({ outcome })) {
    throw new Misuse("--refunded goes with --outcome partially_refunded or refunded");
  }
  if (flags.failed) throw new Misuse("--failed goes with a biz alone; here it is --outcome failed");
  if (orderId === "") throw new Misuse("");
  return outcome;
}

/**
 * Registers the order unless it is registered, or if `--registered` differs. Returns the response
 * if it is a refusal.
 */
async function register(shop: Shop, orderId: string, order: KnownOrder, flags: Flags, paid: Price) {
  const { biz, registered } = order;
  const name = biz === null || biz === orderId ? orderId : `${orderId} (biz ${biz})`;
  const amount = flags.registered ?? registered?.amount ?? paid.amount;
  const currency = flags.registered === undefined ? (registered?.currency ?? paid.currency) : paid.currency;
  if (registered?.amount === amount && registered.currency === currency) {
    console.log(`GET /orders ${name}: registered with ${amount} ${currency} already`);
    return null;
  }
  console.log(`PUT /orders ${name}: ${amount} ${currency}`);
  const response = await shop.register(orderId, { amount, currency });
  return response.ok ? null : response;
}

/** Signs the event. An outcome or amount that the provider never sends is a misuse. */
function sign(provider: string, spec: Parameters<typeof signed>[1]): Delivery {
  try {
    return signed(provider, spec);
  } catch (error) {
    throw new Misuse((error as Error).message, { cause: error }); // events.ts throws errors only
  }
}

/** Serves the stand-in for PayPal's confirmation during the delivery. */
async function confirming(
  setting: Record<string, unknown>,
  { headers, body }: Delivery,
  post: () => Promise<Response>,
): Promise<Response> {
  const { apiBase } = setting;
  const { hostname, port } = new URL(typeof apiBase === "string" ? apiBase : "https://api-m.paypal.com");
  if (hostname !== "127.0.0.1" && hostname !== "localhost") {
    throw new Error("apiBase must be a port of this machine: PayPal cannot confirm what it has not sent");
  }
  const standIn = new PaypalStandIn();
  standIn.issue(new Map(Object.entries(headers)), body);
  const server = await servePaypal(standIn, Number(port));
  try {
    return await post();
  } finally {
    server.close();
    server.closeAllConnections();
  }
}
