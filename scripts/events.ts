// What each provider would send about an order: the bodies of its webhooks, as plain data. Signs nothing (sign.ts does).
import { adyenDigits, isoDigits, stripeDigits } from "../src/callbacks/currencies.ts";

export const outcomes = ["pending", "failed", "closed", "paid", "partially_refunded", "refunded"] as const;
export type Outcome = (typeof outcomes)[number];

export interface Told {
  readonly orderId: string;
  readonly outcome: Outcome;
  /** Major units: "19.99". */
  readonly amount: string;
  readonly currency: string;
  /** ms since 1970. */
  readonly now: number;
  /** The provider's setting, as `CALLBACK_…` has it. */
  readonly setting: Readonly<Record<string, unknown>>;
  /** The event itself, where it is not to be made of the above; of the providers that send theirs as open JSON. */
  readonly event?: object;
}

type Body = Record<string, unknown>;

/** A field of the setting as text; "" where it has none. */
export function fieldOf({ setting }: Told, name: string, fallback = ""): string {
  const value = setting[name] ?? fallback;
  return typeof value === "string" ? value : JSON.stringify(value);
}

/** One per order, outcome and amount, so that the same delivery made twice is a repeat, and another amount is another payment. */
const eventId = (told: Told): string => `dev-${told.outcome}-of-${paymentId(told)}`;
/** Without a colon, which Adyen's references cannot hold. */
const paymentId = ({ orderId, amount }: Told): string => `payment-${orderId.replaceAll(":", "_")}-${amount}`;
const iso = ({ now }: Told): string => new Date(now).toISOString();

const isRefund = ({ outcome }: Told): boolean => outcome === "refunded" || outcome === "partially_refunded";

/** Minor units of the amount, or of what is refunded of it: a part is half. */
function minor({ amount, currency }: Told, digits: ReadonlyMap<string, number>): number {
  const [whole = "0", fraction = ""] = amount.split(".");
  const places = digits.get(currency) ?? 2;
  if (fraction.length > places)
    throw new Error(`${currency} has ${places} digits behind its point, not ${fraction.length}`);
  return Number(whole + fraction.padEnd(places, "0"));
}

const refundedMinor = (told: Told, digits: ReadonlyMap<string, number>): number =>
  told.outcome === "partially_refunded" ? Math.floor(minor(told, digits) / 2) : minor(told, digits);

/** The amount, or what is refunded of it, in major units. */
function major(told: Told, minorUnits: number): string {
  const digits = isoDigits.get(told.currency) ?? 2;
  const text = String(minorUnits).padStart(digits + 1, "0");
  return digits === 0 ? text : `${text.slice(0, -digits)}.${text.slice(-digits)}`;
}

export function stripeEvent(told: Told): Body {
  const [type, payment_status] = {
    pending: ["checkout.session.completed", "unpaid"],
    failed: ["checkout.session.async_payment_failed", "unpaid"],
    closed: ["checkout.session.expired", "unpaid"],
    paid: ["checkout.session.completed", "paid"],
    partially_refunded: ["charge.refunded", ""],
    refunded: ["charge.refunded", ""],
  }[told.outcome];
  const amount = minor(told, stripeDigits);
  const shared = { currency: told.currency.toLowerCase(), payment_intent: paymentId(told) };
  const object = isRefund(told)
    ? {
        ...shared,
        id: "ch_dev",
        object: "charge",
        amount,
        captured: true,
        amount_refunded: refundedMinor(told, stripeDigits),
        metadata: { order_id: told.orderId },
      }
    : {
        ...shared,
        id: "cs_dev",
        object: "checkout.session",
        amount_total: amount,
        payment_status,
        client_reference_id: told.orderId,
      };
  const created = Math.floor(told.now / 1000);
  return {
    id: eventId(told),
    object: "event",
    type,
    created,
    livemode: told.setting["livemode"] ?? false,
    data: { object },
  };
}

export function alipayFields(told: Told): Record<string, string> {
  const beijing = new Date(told.now + 8 * 3_600_000).toISOString().slice(0, 19).replace("T", " ");
  const isPaid = told.outcome === "paid" || isRefund(told);
  const status = {
    pending: "WAIT_BUYER_PAY",
    closed: "TRADE_CLOSED",
    paid: "TRADE_SUCCESS",
    partially_refunded: "TRADE_SUCCESS",
    refunded: "TRADE_CLOSED",
  };
  if (told.outcome === "failed") throw new Error("Alipay has no word for a failed payment");
  return {
    notify_id: eventId(told),
    notify_type: "trade_status_sync",
    notify_time: beijing,
    charset: "utf-8",
    version: "1.0",
    app_id: fieldOf(told, "appId"),
    ...(told.setting["sellerId"] === undefined ? {} : { seller_id: fieldOf(told, "sellerId") }),
    out_trade_no: told.orderId,
    trade_no: paymentId(told),
    trade_status: status[told.outcome],
    total_amount: told.amount,
    ...(isPaid ? { gmt_payment: beijing } : {}),
    ...(isRefund(told)
      ? { refund_fee: major(told, refundedMinor(told, isoDigits)), gmt_refund: beijing, out_biz_no: "R1" }
      : {}),
  };
}

export interface WechatpayEvent {
  readonly id: string;
  readonly create_time: string;
  readonly event_type: string;
  readonly resource: Body;
}

export function wechatpayEvent(told: Told): WechatpayEvent {
  const { mchid, appid } = told.setting;
  const total = minor(told, isoDigits);
  const shared = { mchid, out_trade_no: told.orderId, transaction_id: paymentId(told), success_time: iso(told) };
  const event = { id: eventId(told), create_time: iso(told) };
  if (isRefund(told)) {
    const amount = { total, refund: refundedMinor(told, isoDigits), currency: told.currency };
    return {
      ...event,
      event_type: "REFUND.SUCCESS",
      resource: { ...shared, refund_id: `R-${told.outcome}`, refund_status: "SUCCESS", amount },
    };
  }
  if (told.outcome !== "paid") throw new Error(`WeChat Pay never notifies ${told.outcome}: it is asked for that`);
  const amount = { total, payer_total: total, currency: told.currency };
  return {
    ...event,
    event_type: "TRANSACTION.SUCCESS",
    resource: { ...shared, appid, trade_state: "SUCCESS", amount },
  };
}

export function paypalEvent(told: Told): Body {
  const event_type = {
    pending: "PAYMENT.CAPTURE.PENDING",
    failed: "PAYMENT.CAPTURE.DENIED",
    closed: "PAYMENT.AUTHORIZATION.VOIDED",
    paid: "PAYMENT.CAPTURE.COMPLETED",
    partially_refunded: "PAYMENT.CAPTURE.REFUNDED",
    refunded: "PAYMENT.CAPTURE.REFUNDED",
  }[told.outcome];
  const capture = `CAP${Buffer.from(paymentId(told)).toString("hex").slice(-60)}`.toUpperCase();
  const value = major(told, isRefund(told) ? refundedMinor(told, isoDigits) : minor(told, isoDigits));
  const amount = { currency_code: told.currency, value };
  const links = [{ rel: "up", method: "GET", href: `https://api.sandbox.paypal.com/v2/payments/captures/${capture}` }];
  const resource = isRefund(told)
    ? { id: `R-${told.outcome}`, amount, custom_id: told.orderId, links }
    : { id: capture, amount, custom_id: told.orderId };
  return { id: eventId(told), event_version: "1.0", create_time: iso(told), event_type, resource };
}

/** The item without its signature. */
export function adyenItem(told: Told): Body & { amount: { value: number; currency: string } } {
  const [eventCode, success] = {
    pending: ["PENDING", "true"],
    failed: ["AUTHORISATION", "false"],
    closed: ["CANCELLATION", "true"],
    paid: ["AUTHORISATION", "true"],
    partially_refunded: ["REFUND", "true"],
    refunded: ["REFUND", "true"],
  }[told.outcome];
  const follows = isRefund(told) || told.outcome === "closed";
  return {
    pspReference: follows ? `${told.outcome}-of-${paymentId(told)}` : paymentId(told),
    originalReference: follows ? paymentId(told) : "",
    merchantAccountCode: told.setting["merchantAccount"],
    merchantReference: told.orderId,
    amount: {
      value: isRefund(told) ? refundedMinor(told, adyenDigits) : minor(told, adyenDigits),
      currency: told.currency,
    },
    eventCode,
    success,
    eventDate: iso(told),
  };
}

export function squareEvent(told: Told): Body {
  const status = {
    pending: "APPROVED",
    failed: "FAILED",
    closed: "CANCELED",
    paid: "COMPLETED",
    partially_refunded: "COMPLETED",
    refunded: "COMPLETED",
  };
  const money = (amount: number) => ({ amount, currency: told.currency });
  const payment = {
    id: paymentId(told),
    status: status[told.outcome],
    reference_id: told.orderId,
    total_money: money(minor(told, isoDigits)),
    ...(isRefund(told) ? { refunded_money: money(refundedMinor(told, isoDigits)) } : {}),
  };
  const merchant_id = told.setting["merchantId"];
  return {
    merchant_id,
    type: "payment.updated",
    event_id: eventId(told),
    created_at: iso(told),
    data: { type: "payment", object: { payment } },
  };
}

export function paddleEvent(told: Told): Body {
  const shared = { event_id: eventId(told), occurred_at: iso(told) };
  const totals = (amount: number) => ({ total: String(amount), currency_code: told.currency });
  if (isRefund(told)) {
    const refund = { id: `adj_${told.outcome}`, action: "refund", status: "approved", transaction_id: paymentId(told) };
    return {
      ...shared,
      event_type: "adjustment.updated",
      data: { ...refund, currency_code: told.currency, totals: totals(refundedMinor(told, isoDigits)) },
    };
  }
  const event_type = {
    pending: "transaction.ready",
    failed: "transaction.payment_failed",
    closed: "transaction.canceled",
    paid: "transaction.completed",
  };
  if (told.outcome === "partially_refunded" || told.outcome === "refunded")
    throw new Error("unreachable: a refund is an adjustment");
  return {
    ...shared,
    event_type: event_type[told.outcome],
    data: {
      id: paymentId(told),
      custom_data: { order_id: told.orderId },
      currency_code: told.currency,
      details: { totals: totals(minor(told, isoDigits)) },
    },
  };
}

/** An event of the merchant's own making: at the paths, and in the words, that its setting describes. */
export function describedEvent(
  told: Told,
  usual: { readonly words: Readonly<Record<string, string>>; readonly paths: Readonly<Record<string, string>> },
): Body {
  const { paths = {}, outcomes: words = usual.words, unit = "minor" } = told.setting as Described;
  const outcome = told.outcome === "partially_refunded" ? "refunded" : told.outcome;
  const synonyms = outcome === "refunded" ? ["refund", "refunded", "partially_refunded"] : [outcome];
  const type = Object.keys(words).find((word) => synonyms.includes(words[word] ?? ""));
  if (type === undefined) throw new Error(`the setting's outcomes have no word for ${told.outcome}`);
  const amount = isRefund(told) ? refundedMinor(told, isoDigits) : minor(told, isoDigits);
  const values = {
    order: told.orderId,
    event: eventId(told),
    type,
    amount: unit === "minor" ? amount : major(told, amount),
    currency: told.currency,
    payment: paymentId(told),
    ...(isRefund(told) ? { refund: `R-${told.outcome}` } : {}),
    time: iso(told),
  };
  const body: Body = {};
  for (const [name, value] of Object.entries(values)) put(body, paths[name] ?? usual.paths[name] ?? "", value);
  return body;
}

interface Described {
  readonly paths?: Readonly<Record<string, string>>;
  readonly outcomes?: Readonly<Record<string, string>>;
  readonly unit?: "minor" | "major";
}

function put(body: Body, path: string, value: unknown): void {
  if (path === "") return;
  const steps = path.split(".");
  let inner = body;
  for (const step of steps.slice(0, -1)) {
    inner[step] ??= {};
    inner = inner[step] as Body; // made one line above, or by an earlier path
  }
  inner[steps.at(-1) ?? path] = value;
}
