// Creates the webhook bodies that each provider would send about an order. sign.ts signs them.
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
  rejectUnsent,
  type Body,
  type EventSpec,
} from "./order-event.ts";

export { fieldOf, outcomes, type Outcome, type EventSpec } from "./order-event.ts";

export function stripeEvent(spec: EventSpec): Body {
  rejectUnsent("Stripe", spec, "closed");
  const [type, payment_status] = {
    pending: ["checkout.session.completed", "unpaid"],
    failed: ["checkout.session.async_payment_failed", "unpaid"],
    closed: ["", ""],
    disputed: ["charge.dispute.created", ""],
    paid: ["checkout.session.completed", "paid"],
    partially_refunded: ["charge.refunded", ""],
    refunded: ["charge.refunded", ""],
  }[spec.outcome];
  const amount = minor(spec, stripeDigits);
  const shared = { currency: spec.currency.toLowerCase(), payment_intent: paymentId(spec) };
  const disputed = { ...shared, id: `dp_${paymentId(spec)}`, object: "dispute", amount, status: "needs_response" };
  const object = isRefund(spec)
    ? {
        ...shared,
        id: "ch_dev",
        object: "charge",
        amount,
        amount_captured: amount,
        captured: true,
        amount_refunded: refundedMinor(spec, stripeDigits),
        metadata: { order_id: spec.orderId },
      }
    : {
        ...shared,
        id: "cs_dev",
        object: "checkout.session",
        mode: "payment",
        amount_total: amount,
        payment_status,
        client_reference_id: spec.orderId,
      };
  const created = Math.floor(spec.now / 1000);
  return {
    id: eventId(spec),
    object: "event",
    type,
    created,
    livemode: spec.setting["livemode"] === true,
    ...(spec.isOtherAccount === true ? { account: "acct_OTHER" } : {}),
    data: { object: spec.outcome === "disputed" ? disputed : object },
  };
}

export function alipayFields(spec: EventSpec): Record<string, string> {
  const beijing = new Date(spec.now + 8 * 3_600_000).toISOString().slice(0, 19).replace("T", " ");
  const isPaid = spec.outcome === "paid" || isRefund(spec);
  const status = {
    pending: "WAIT_BUYER_PAY",
    closed: "TRADE_CLOSED",
    paid: "TRADE_SUCCESS",
    partially_refunded: "TRADE_SUCCESS",
    refunded: "TRADE_CLOSED",
    failed: "",
    disputed: "",
  };
  rejectUnsent("Alipay", spec, "failed", "disputed");
  return {
    notify_id: eventId(spec),
    notify_type: "trade_status_sync",
    notify_time: beijing,
    charset: "utf-8",
    version: "1.0",
    app_id: String([spec.setting["appId"]].flat()[0]),
    seller_id: accountIn(spec, "sellerId"),
    out_trade_no: spec.orderId,
    trade_no: paymentId(spec),
    trade_status: status[spec.outcome],
    total_amount: spec.amount,
    ...(isPaid ? { gmt_create: beijing, gmt_payment: beijing } : { gmt_create: beijing }),
    ...(isRefund(spec)
      ? { refund_fee: major(spec, refundedMinor(spec, isoDigits)), gmt_refund: beijing, out_biz_no: "R1" }
      : {}),
  };
}

export interface WechatpayEvent {
  readonly id: string;
  readonly create_time: string;
  readonly event_type: string;
  readonly resource: Body;
}

export function wechatpayEvent(spec: EventSpec): WechatpayEvent {
  const [mchid, [appid]] = [accountIn(spec, "mchid"), [spec.setting["appid"]].flat()];
  const total = minor(spec, isoDigits);
  const shared = { mchid, out_trade_no: spec.orderId, transaction_id: paymentId(spec), success_time: iso(spec) };
  const event = { id: eventId(spec), create_time: iso(spec) };
  if (isRefund(spec)) {
    const amount = { total, refund: refundedMinor(spec, isoDigits), currency: spec.currency };
    return {
      ...event,
      event_type: "REFUND.SUCCESS",
      resource: { ...shared, refund_id: `R-${eventId(spec)}`, refund_status: "SUCCESS", amount },
    };
  }
  if (spec.outcome !== "paid") throw new Error(`WeChat Pay never notifies ${spec.outcome}: Belfry queries that`);
  const amount = { total, payer_total: total, currency: spec.currency };
  return {
    ...event,
    event_type: "TRANSACTION.SUCCESS",
    resource: { ...shared, appid, trade_type: "NATIVE", trade_state: "SUCCESS", bank_type: "OTHERS", amount },
  };
}

export function paypalEvent(spec: EventSpec): Body {
  rejectUnsent("PayPal", spec, "closed");
  const event_type = {
    closed: "",
    disputed: "CUSTOMER.DISPUTE.CREATED",
    pending: "PAYMENT.CAPTURE.PENDING",
    failed: "PAYMENT.CAPTURE.DENIED",
    paid: "PAYMENT.CAPTURE.COMPLETED",
    partially_refunded: "PAYMENT.CAPTURE.REFUNDED",
    refunded: "PAYMENT.CAPTURE.REFUNDED",
  }[spec.outcome];
  const capture = captureId(spec);
  const value = major(spec, isRefund(spec) ? refundedMinor(spec, isoDigits) : minor(spec, isoDigits));
  const merchant = { merchant_id: accountIn(spec, "merchantId") };
  const shared = { amount: { currency_code: spec.currency, value }, custom_id: spec.orderId };
  const links = [{ rel: "up", method: "GET", href: `https://api.sandbox.paypal.com/v2/payments/captures/${capture}` }];
  if (spec.outcome === "disputed") {
    const transaction = { seller_transaction_id: capture, seller: merchant, custom: spec.orderId };
    const dispute = {
      dispute_id: `PP-${capture}`,
      dispute_amount: shared.amount,
      disputed_transactions: [transaction],
    };
    return { id: eventId(spec), event_version: "1.0", create_time: iso(spec), event_type, resource: dispute };
  }
  const resource = isRefund(spec)
    ? { ...shared, id: `R-${eventId(spec)}`, status: "COMPLETED", payer: merchant, links }
    : { ...shared, id: capture, payee: merchant, final_capture: true };
  return { id: eventId(spec), event_version: "1.0", create_time: iso(spec), event_type, resource };
}

/** Returns the notification item without its signature. */
export function adyenItem(spec: EventSpec): Body & { amount: { value: number; currency: string } } {
  rejectUnsent("Adyen", spec, "closed");
  const [eventCode, success] = {
    pending: ["PENDING", "true"],
    failed: ["AUTHORISATION", "false"],
    closed: ["", ""],
    disputed: ["CHARGEBACK", "true"],
    paid: ["AUTHORISATION", "true"],
    partially_refunded: ["REFUND", "true"],
    refunded: ["REFUND", "true"],
  }[spec.outcome];
  const follows = followsPayment(spec);
  return {
    pspReference: follows ? eventId(spec) : paymentId(spec),
    originalReference: follows ? paymentId(spec) : "",
    merchantAccountCode: accountIn(spec, "merchantAccount"),
    merchantReference: spec.orderId,
    amount: {
      value: isRefund(spec) ? refundedMinor(spec, adyenDigits) : minor(spec, adyenDigits),
      currency: spec.currency,
    },
    eventCode,
    success,
    eventDate: iso(spec),
  };
}

export function squareEvent(spec: EventSpec): Body {
  rejectUnsent("Square", spec, "closed");
  const status = {
    pending: "APPROVED",
    failed: "FAILED",
    closed: "",
    disputed: "",
    paid: "COMPLETED",
    partially_refunded: "COMPLETED",
    refunded: "COMPLETED",
  };
  const money = (amount: number) => ({ amount, currency: spec.currency });
  const payment = {
    id: paymentId(spec),
    status: status[spec.outcome],
    reference_id: spec.orderId,
    total_money: money(minor(spec, isoDigits)),
    ...(isRefund(spec) ? { refunded_money: money(refundedMinor(spec, isoDigits)) } : {}),
  };
  const disputed = { disputed_payment: { payment_id: payment.id }, amount_money: payment.total_money };
  const dispute = { id: `dsp-${payment.id}`, state: "EVIDENCE_REQUIRED", ...disputed };
  const isDispute = spec.outcome === "disputed";
  return {
    merchant_id: accountIn(spec, "merchantId"),
    type: isDispute ? "dispute.created" : "payment.updated",
    event_id: eventId(spec),
    created_at: iso(spec),
    data: isDispute ? { type: "dispute", object: { dispute } } : { type: "payment", object: { payment } },
  };
}

export function paddleEvent(spec: EventSpec): Body {
  if (spec.isOtherAccount === true) throw new Error("Paddle events name no account: the secret belongs to one account");
  const shared = { event_id: eventId(spec), occurred_at: iso(spec) };
  const totals = (amount: number) => ({ total: String(amount), currency_code: spec.currency });
  if (followsPayment(spec)) {
    const action = spec.outcome === "disputed" ? "chargeback_warning" : "refund";
    const refund = { id: `adj_${eventId(spec)}`, action, status: "approved", transaction_id: paymentId(spec) };
    return {
      ...shared,
      event_type: "adjustment.updated",
      data: { ...refund, currency_code: spec.currency, totals: totals(refundedMinor(spec, isoDigits)) },
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
    event_type: event_type[spec.outcome as keyof typeof event_type], // the other outcomes follow a payment
    data: {
      id: paymentId(spec),
      origin: "web",
      custom_data: { order_id: spec.orderId },
      currency_code: spec.currency,
      details: { totals: totals(minor(spec, isoDigits)) },
    },
  };
}

/** Returns an event of a custom sender, with the paths and outcome names of its setting. */
export function customEvent(
  spec: EventSpec,
  fallback: { readonly outcomes: Readonly<Record<string, string>>; readonly paths: Readonly<Record<string, string>> },
): Body {
  const { paths = {}, outcomes: names = fallback.outcomes, unit = "minor" } = spec.setting as CustomSetting;
  if (spec.isOtherAccount === true) throw new Error("custom events name no account: the secret belongs to one account");
  const outcome = OUTCOME_NAMES[spec.outcome] ?? spec.outcome;
  const synonyms = outcome === "refunded" ? ["refund", "refunded", "partially_refunded"] : [outcome];
  const type = Object.keys(names).find((name) => synonyms.includes(names[name] ?? ""));
  if (type === undefined) throw new Error(`the setting has no outcome ${spec.outcome}`);
  const amount = isRefund(spec) ? refundedMinor(spec, isoDigits) : minor(spec, isoDigits);
  const values = {
    order: spec.orderId,
    event: eventId(spec),
    type,
    amount: unit === "minor" ? amount : major(spec, amount),
    currency: spec.currency,
    payment: paymentId(spec),
    ...(isRefund(spec) ? { refund: `R-${eventId(spec)}` } : {}),
    time: iso(spec),
  };
  const body: Body = {};
  for (const [name, value] of Object.entries(values)) put(body, paths[name] ?? fallback.paths[name] ?? "", value);
  return body;
}

/** Names of outcomes in settings, where they differ. */
const OUTCOME_NAMES: Readonly<Partial<Record<EventSpec["outcome"], string>>> = {
  partially_refunded: "refunded",
  disputed: "dispute_open",
};

interface CustomSetting {
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
    inner = inner[step] as Body; // created above, or by an earlier path
  }
  inner[steps.at(-1) ?? path] = value;
}
