// What each provider would send about an order: the bodies of its webhooks, as plain data. Signs nothing (sign.ts does).
import { adyenDigits, isoDigits, stripeDigits } from "../src/callbacks/currencies.ts";
import {
  accountIn,
  captureId,
  eventId,
  followsPayment,
  isRefund,
  iso,
  major,
  minor,
  paymentId,
  refundedMinor,
  sends,
  type Body,
  type Told,
} from "./order-event.ts";

export { fieldOf, outcomes, type Outcome, type Told } from "./order-event.ts";

export function stripeEvent(told: Told): Body {
  sends("Stripe", told, "closed");
  const [type, payment_status] = {
    pending: ["checkout.session.completed", "unpaid"],
    failed: ["checkout.session.async_payment_failed", "unpaid"],
    closed: ["", ""],
    disputed: ["charge.dispute.created", ""],
    paid: ["checkout.session.completed", "paid"],
    partially_refunded: ["charge.refunded", ""],
    refunded: ["charge.refunded", ""],
  }[told.outcome];
  const amount = minor(told, stripeDigits);
  const shared = { currency: told.currency.toLowerCase(), payment_intent: paymentId(told) };
  const disputed = { ...shared, id: `dp_${paymentId(told)}`, object: "dispute", amount, status: "needs_response" };
  const object = isRefund(told)
    ? {
        ...shared,
        id: "ch_dev",
        object: "charge",
        amount,
        amount_captured: amount,
        captured: true,
        amount_refunded: refundedMinor(told, stripeDigits),
        metadata: { order_id: told.orderId },
      }
    : {
        ...shared,
        id: "cs_dev",
        object: "checkout.session",
        mode: "payment",
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
    livemode: told.setting["livemode"] === true,
    ...(told.isOtherAccount === true ? { account: "acct_OTHER" } : {}),
    data: { object: told.outcome === "disputed" ? disputed : object },
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
    failed: "",
    disputed: "",
  };
  sends("Alipay", told, "failed", "disputed");
  return {
    notify_id: eventId(told),
    notify_type: "trade_status_sync",
    notify_time: beijing,
    charset: "utf-8",
    version: "1.0",
    app_id: String([told.setting["appId"]].flat()[0]),
    seller_id: accountIn(told, "sellerId"),
    out_trade_no: told.orderId,
    trade_no: paymentId(told),
    trade_status: status[told.outcome],
    total_amount: told.amount,
    ...(isPaid ? { gmt_create: beijing, gmt_payment: beijing } : { gmt_create: beijing }),
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
  const [mchid, [appid]] = [accountIn(told, "mchid"), [told.setting["appid"]].flat()];
  const total = minor(told, isoDigits);
  const shared = { mchid, out_trade_no: told.orderId, transaction_id: paymentId(told), success_time: iso(told) };
  const event = { id: eventId(told), create_time: iso(told) };
  if (isRefund(told)) {
    const amount = { total, refund: refundedMinor(told, isoDigits), currency: told.currency };
    return {
      ...event,
      event_type: "REFUND.SUCCESS",
      resource: { ...shared, refund_id: `R-${eventId(told)}`, refund_status: "SUCCESS", amount },
    };
  }
  if (told.outcome !== "paid") throw new Error(`WeChat Pay never notifies ${told.outcome}: it is asked for that`);
  const amount = { total, payer_total: total, currency: told.currency };
  return {
    ...event,
    event_type: "TRANSACTION.SUCCESS",
    resource: { ...shared, appid, trade_type: "NATIVE", trade_state: "SUCCESS", bank_type: "OTHERS", amount },
  };
}

export function paypalEvent(told: Told): Body {
  sends("PayPal", told, "closed");
  const event_type = {
    closed: "",
    disputed: "CUSTOMER.DISPUTE.CREATED",
    pending: "PAYMENT.CAPTURE.PENDING",
    failed: "PAYMENT.CAPTURE.DENIED",
    paid: "PAYMENT.CAPTURE.COMPLETED",
    partially_refunded: "PAYMENT.CAPTURE.REFUNDED",
    refunded: "PAYMENT.CAPTURE.REFUNDED",
  }[told.outcome];
  const capture = captureId(told);
  const value = major(told, isRefund(told) ? refundedMinor(told, isoDigits) : minor(told, isoDigits));
  const merchant = { merchant_id: accountIn(told, "merchantId") };
  const shared = { amount: { currency_code: told.currency, value }, custom_id: told.orderId };
  const links = [{ rel: "up", method: "GET", href: `https://api.sandbox.paypal.com/v2/payments/captures/${capture}` }];
  if (told.outcome === "disputed") {
    const transaction = { seller_transaction_id: capture, seller: merchant, custom: told.orderId };
    const dispute = {
      dispute_id: `PP-${capture}`,
      dispute_amount: shared.amount,
      disputed_transactions: [transaction],
    };
    return { id: eventId(told), event_version: "1.0", create_time: iso(told), event_type, resource: dispute };
  }
  const resource = isRefund(told)
    ? { ...shared, id: `R-${eventId(told)}`, status: "COMPLETED", payer: merchant, links }
    : { ...shared, id: capture, payee: merchant, final_capture: true };
  return { id: eventId(told), event_version: "1.0", create_time: iso(told), event_type, resource };
}

/** The item without its signature. */
export function adyenItem(told: Told): Body & { amount: { value: number; currency: string } } {
  sends("Adyen", told, "closed");
  const [eventCode, success] = {
    pending: ["PENDING", "true"],
    failed: ["AUTHORISATION", "false"],
    closed: ["", ""],
    disputed: ["CHARGEBACK", "true"],
    paid: ["AUTHORISATION", "true"],
    partially_refunded: ["REFUND", "true"],
    refunded: ["REFUND", "true"],
  }[told.outcome];
  const follows = followsPayment(told);
  return {
    pspReference: follows ? eventId(told) : paymentId(told),
    originalReference: follows ? paymentId(told) : "",
    merchantAccountCode: accountIn(told, "merchantAccount"),
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
  sends("Square", told, "closed");
  const status = {
    pending: "APPROVED",
    failed: "FAILED",
    closed: "",
    disputed: "",
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
  const disputed = { disputed_payment: { payment_id: payment.id }, amount_money: payment.total_money };
  const dispute = { id: `dsp-${payment.id}`, state: "EVIDENCE_REQUIRED", ...disputed };
  const isDispute = told.outcome === "disputed";
  return {
    merchant_id: accountIn(told, "merchantId"),
    type: isDispute ? "dispute.created" : "payment.updated",
    event_id: eventId(told),
    created_at: iso(told),
    data: isDispute ? { type: "dispute", object: { dispute } } : { type: "payment", object: { payment } },
  };
}

export function paddleEvent(told: Told): Body {
  if (told.isOtherAccount === true)
    throw new Error("Paddle has no word for another account: its secret is one account's");
  const shared = { event_id: eventId(told), occurred_at: iso(told) };
  const totals = (amount: number) => ({ total: String(amount), currency_code: told.currency });
  if (followsPayment(told)) {
    const action = told.outcome === "disputed" ? "chargeback_warning" : "refund";
    const refund = { id: `adj_${eventId(told)}`, action, status: "approved", transaction_id: paymentId(told) };
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
  return {
    ...shared,
    event_type: event_type[told.outcome as keyof typeof event_type], // all others follow a payment
    data: {
      id: paymentId(told),
      origin: "web",
      custom_data: { order_id: told.orderId },
      currency_code: told.currency,
      details: { totals: totals(minor(told, isoDigits)) },
    },
  };
}

/** An event of the merchant's own making: at the paths, and in the words, that its setting describes. */
export function describedEvent(
  told: Told,
  usual: { readonly outcomes: Readonly<Record<string, string>>; readonly paths: Readonly<Record<string, string>> },
): Body {
  const { paths = {}, outcomes: words = usual.outcomes, unit = "minor" } = told.setting as Described;
  if (told.isOtherAccount === true)
    throw new Error("the sender has no word for another account: its secret is one account's");
  const outcome = OUTCOME_WORDS[told.outcome] ?? told.outcome;
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
    ...(isRefund(told) ? { refund: `R-${eventId(told)}` } : {}),
    time: iso(told),
  };
  const body: Body = {};
  for (const [name, value] of Object.entries(values)) put(body, paths[name] ?? usual.paths[name] ?? "", value);
  return body;
}

/** The setting's word for an outcome, where it is another. */
const OUTCOME_WORDS: Readonly<Partial<Record<Told["outcome"], string>>> = {
  partially_refunded: "refunded",
  disputed: "dispute_open",
};

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
