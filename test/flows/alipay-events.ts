// Builders of Alipay's notices: the fields of the form, without its signature. All times are Beijing's, on one morning.
import type { FlowEvent } from "./flow.ts";

/** App and account of the development setting. */
export const OURS = { app: "2021000000000000", seller: "2088000000000000" } as const;
export const THEIRS = { app: "2021004100000009", seller: "2088731909746398" } as const;
export const SANDBOX = { app: "9021000136624944", seller: "2088721033871945" } as const;

export interface Trade {
  readonly order: string;
  /** The end of its trade_no, and of its event ids: "1". */
  readonly no?: string;
  readonly total: string;
  /** The minute in which it was made and paid. */
  readonly minute?: number;
  readonly account?: { readonly app: string; readonly seller: string | null };
  /** More fields, or others. */
  readonly more?: Readonly<Record<string, string>>;
}

type Fields = Readonly<Record<string, string>>;

export const time = (minute: number): string =>
  `2026-11-22 ${String(9 + Math.floor(minute / 60)).padStart(2, "0")}:${String(minute % 60).padStart(2, "0")}:12`;

export const tradeNo = (no: string): string => `20261122220014000000000000${no.padStart(2, "0")}`;

export const noticeId = (id: string): string => `2026112200222000000000000000${id}`;

/** Of every trade's notice; `sent` is the minute of the sending, whatever happened when. */
function notice(status: string, id: string, sent: number, trade: Trade, fields: Fields): FlowEvent {
  const { order, no = "1", total, account = OURS, more = {} } = trade;
  return {
    notify_id: noticeId(id),
    notify_type: "trade_status_sync",
    notify_time: time(sent),
    charset: "utf-8",
    version: "1.0",
    app_id: account.app,
    auth_app_id: account.app,
    ...(account.seller === null ? {} : { seller_id: account.seller }),
    buyer_id: "2088622903359001",
    buyer_logon_id: "158****7723",
    subject: "红包🧧 & a=b+c%d",
    out_trade_no: order,
    trade_no: tradeNo(no),
    trade_status: status,
    total_amount: total,
    gmt_create: time(trade.minute ?? 1),
    ...fields,
    ...more,
  };
}

const paidAt = ({ minute = 1 }: Trade): Fields => ({ gmt_payment: time(minute) });

const received = (trade: Trade): Fields => ({
  ...paidAt(trade),
  receipt_amount: trade.total,
  invoice_amount: trade.total,
  buyer_pay_amount: trade.total,
  point_amount: "0.00",
  fund_bill_list: JSON.stringify([{ amount: trade.total, fundChannel: "ALIPAYACCOUNT" }]),
});

/** Not sent unless Alipay is asked to. */
export const waiting = (id: string, sent: number, trade: Trade): FlowEvent =>
  notice("WAIT_BUYER_PAY", id, sent, trade, {});

export const paid = (id: string, sent: number, trade: Trade): FlowEvent =>
  notice("TRADE_SUCCESS", id, sent, trade, received(trade));

/** Three months or a year later: it cannot be refunded any more. */
export const finished = (id: string, sent: number, trade: Trade): FlowEvent =>
  notice("TRADE_FINISHED", id, sent, trade, received(trade));

/** Never paid. */
export const closed = (id: string, sent: number, trade: Trade): FlowEvent =>
  notice("TRADE_CLOSED", id, sent, trade, { gmt_close: time(sent) });

/** Taken back by the merchant after it was paid, without a word of a refund. */
export const reversed = (id: string, sent: number, trade: Trade): FlowEvent =>
  notice("TRADE_CLOSED", id, sent, trade, { ...paidAt(trade), gmt_close: time(sent) });

export interface Refund {
  /** Everything that was refunded so far. */
  readonly sum: string;
  /** The merchant's number of the latest refund; without one it is the trade's. */
  readonly number?: string;
  /** The minute of the refund, where the notice was not sent at once. */
  readonly minute?: number;
}

const returned = (sent: number, { sum, number, minute = sent }: Refund, trade: Trade): Fields => ({
  ...paidAt(trade),
  refund_fee: sum,
  gmt_refund: `${time(minute)}.143`,
  out_biz_no: number ?? tradeNo(trade.no ?? "1"),
});

/** A part was refunded: another success. */
export const partlyRefunded = (id: string, sent: number, refund: Refund, trade: Trade): FlowEvent =>
  notice("TRADE_SUCCESS", id, sent, trade, returned(sent, refund, trade));

export const refunded = (id: string, sent: number, refund: Refund, trade: Trade): FlowEvent =>
  notice("TRADE_CLOSED", id, sent, trade, { ...returned(sent, refund, trade), gmt_close: time(sent) });

/** A notice of another kind; `fields` are its own. */
export const other = (type: string, id: string, sent: number, fields: Fields): FlowEvent => ({
  notify_id: noticeId(id),
  notify_type: type,
  notify_time: time(sent),
  charset: "utf-8",
  version: "1.0",
  app_id: OURS.app,
  ...fields,
});

/** A message of the gateway, which names a method in place of a type. */
export const message = (method: string, id: string, content: object): FlowEvent => ({
  notify_id: noticeId(id),
  msg_method: method,
  utc_timestamp: "1795312800000",
  charset: "UTF-8",
  version: "1.1",
  app_id: OURS.app,
  biz_content: JSON.stringify(content),
});
