// Builders of WeChat Pay's notifications, API v3, their resources open. All times are Beijing's, on one morning.
import type { FlowEvent } from "./flow.ts";

/** Merchant and app of the development setting. */
export const OURS = { mchid: "1900000000", appid: "wxdevelopment0000" } as const;
export const THEIRS = { mchid: "1900000109", appid: "wxd678efh567hg6787" } as const;
/** A service provider, and the app in which it takes orders. */
export const PROVIDER = { mchid: "1230000109", appid: "wx8888888888888888" } as const;

type Fields = Readonly<Record<string, unknown>>;

export interface Payment {
  readonly order: string;
  /** The end of its transaction_id: "1". */
  readonly no?: string;
  /** Fen. */
  readonly total: number;
  readonly currency?: string;
  /** More fields of the resource, or others. */
  readonly more?: Fields;
}

export interface Refund {
  readonly id: string;
  /** Fen. */
  readonly refund: number;
}

export const time = (minute: number): string =>
  `2026-11-22T${String(9 + Math.floor(minute / 60)).padStart(2, "0")}:${String(minute % 60).padStart(2, "0")}:12+08:00`;

export const transactionId = (no: string): string => `42000009852026112200000000${no.padStart(2, "0")}`;

export const noticeId = (id: string): string => `3119dfba-e649-5eec-ab1e-00000000000${id}`;

/** A notification of any kind. */
export const notice = (type: string, id: string, minute: number, resource: Fields): FlowEvent => ({
  id: noticeId(id),
  create_time: time(minute),
  event_type: type,
  summary: "…",
  resource,
});

/** A direct merchant's transaction, as its notification has it. */
const transaction = (minute: number, { order, no = "1", total, currency = "CNY", more = {} }: Payment): Fields => ({
  ...OURS,
  out_trade_no: order,
  transaction_id: transactionId(no),
  trade_type: "JSAPI",
  trade_state: "SUCCESS",
  trade_state_desc: "支付成功",
  bank_type: "CMC",
  attach: "",
  success_time: time(minute),
  payer: { openid: "oUpF8uMuAJO_M2pxb1Q9zNjWeS6o" },
  amount: { total, payer_total: total, currency, payer_currency: currency },
  ...more,
});

export const paid = (id: string, minute: number, payment: Payment): FlowEvent =>
  notice("TRANSACTION.SUCCESS", id, minute, transaction(minute, payment));

/** A charge by contract that the bank refused. */
export const failed = (id: string, minute: number, payment: Payment): FlowEvent =>
  notice("TRANSACTION.FAIL", id, minute, {
    ...transaction(minute, payment),
    trade_type: "PAP",
    trade_state: "PAY_FAIL",
    success_time: undefined,
  });

const providerFields = { mchid: undefined, appid: undefined, sp_mchid: PROVIDER.mchid, sp_appid: PROVIDER.appid };

/** A payment that a service provider takes for one of its merchants. */
export const paidThroughProvider = (id: string, minute: number, sub_mchid: string, payment: Payment): FlowEvent =>
  notice("TRANSACTION.SUCCESS", id, minute, {
    ...transaction(minute, payment),
    ...providerFields,
    sub_mchid,
    sub_appid: OURS.appid,
    payer: { sp_openid: "oUpF8uMuAJO_M2pxb1Q9zNjWeS6o" },
  });

export interface SubOrder extends Payment {
  readonly mchid?: string;
  readonly sub_mchid?: string;
}

/** One payment of several orders, at one or several merchants. */
export const combined = (id: string, minute: number, ...subOrders: readonly SubOrder[]): FlowEvent =>
  notice("TRANSACTION.SUCCESS", id, minute, {
    combine_appid: OURS.appid,
    combine_mchid: OURS.mchid,
    combine_out_trade_no: "P20261122126346",
    scene_info: { device_id: "POS1:1" },
    combine_payer_info: { openid: "oUpF8uMuAJO_M2pxb1Q9zNjWeS6o" },
    sub_orders: subOrders.map((subOrder) => subOrderAt(minute, subOrder)),
  });

function subOrderAt(minute: number, { mchid = OURS.mchid, sub_mchid, ...payment }: SubOrder): Fields {
  const { order, no = "1", total, currency = "CNY", more = {} } = payment;
  return {
    mchid,
    sub_mchid,
    out_trade_no: order,
    transaction_id: transactionId(no),
    trade_type: "JSAPI",
    trade_state: "SUCCESS",
    bank_type: "CMC",
    attach: "",
    success_time: time(minute),
    amount: { total_amount: total, payer_amount: total, currency, payer_currency: currency },
    ...more,
  };
}

/** Refunds name no app, no currency and no attach. */
const refund = (status: string, id: string, minute: number, { id: no, refund: part }: Refund, payment: Payment) =>
  notice(`REFUND.${status}`, id, minute, {
    mchid: OURS.mchid,
    out_trade_no: payment.order,
    transaction_id: transactionId(payment.no ?? "1"),
    out_refund_no: `out-${no}`,
    refund_id: no,
    refund_status: status,
    ...(status === "SUCCESS" ? { success_time: time(minute) } : {}),
    user_received_account: "招商银行信用卡0403",
    amount: { total: payment.total, refund: part, payer_total: payment.total, payer_refund: part },
    ...payment.more,
  });

export const refunded = (id: string, minute: number, part: Refund, payment: Payment): FlowEvent =>
  refund("SUCCESS", id, minute, part, payment);

/** The bank card is closed or frozen: the money has not left, and may still leave. */
export const abnormal = (id: string, minute: number, part: Refund, payment: Payment): FlowEvent =>
  refund("ABNORMAL", id, minute, part, payment);

/** Given up. */
export const refundClosed = (id: string, minute: number, part: Refund, payment: Payment): FlowEvent =>
  refund("CLOSED", id, minute, part, payment);

export const refundedThroughProvider = (
  id: string,
  minute: number,
  sub_mchid: string,
  part: Refund,
  payment: Payment,
): FlowEvent =>
  refund("SUCCESS", id, minute, part, {
    ...payment,
    more: { mchid: undefined, sp_mchid: PROVIDER.mchid, sub_mchid },
  });
