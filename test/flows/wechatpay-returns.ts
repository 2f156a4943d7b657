// WeChat Pay's flows in which money goes back: each refund by its refund_id, with its own amount.
import type { Flow } from "./flow.ts";
import {
  abnormal,
  combined,
  OURS,
  paid,
  paidThroughProvider,
  PROVIDER,
  refundClosed,
  refunded,
  refundedThroughProvider,
  THEIRS,
} from "./wechatpay-events.ts";

const REFUND = "https://pay.weixin.qq.com/wiki/doc/apiv3/apis/chapter3_1_11.shtml";
/** "CLOSED is a failure, ABNORMAL is not final." */
const NOT_FINAL = "https://developers.weixin.qq.com/community/pay/doc/0002e8cd3fcb085fbe40dddae68400";

const cny = (amount: string) => ({ amount, currency: "CNY" });
const registered = { A: cny("20.00") };

export const returns: readonly Flow[] = [
  {
    name: "partial refunds add up, and reach the amount",
    source: REFUND,
    registered: { A: cny("20.00"), B: cny("20.00") },
    events: (biz) => [
      paid("1", 1, { order: biz("A"), total: 2000 }),
      refunded("2", 10, { id: "R-1", refund: 500 }, { order: biz("A"), total: 2000 }),
      refunded("3", 11, { id: "R-2", refund: 1500 }, { order: biz("A"), total: 2000 }),
      paid("4", 1, { order: biz("B"), no: "2", total: 2000 }),
      refunded("5", 10, { id: "R-3", refund: 500 }, { order: biz("B"), no: "2", total: 2000 }),
    ],
    ends: {
      A: { status: "refunded", paid: false, refunded: "20" },
      B: { status: "partially_refunded", paid: true, refunded: "5" },
    },
    handedOn: 0,
  },
  {
    name: "one refund under two notifications counts once",
    source: "wechatpay-apiv3/wechatpay-go#90",
    registered,
    events: (biz) => [
      paid("1", 1, { order: biz("A"), total: 2000 }),
      refunded("2", 10, { id: "R-1", refund: 500 }, { order: biz("A"), total: 2000 }),
      refunded("3", 11, { id: "R-1", refund: 500 }, { order: biz("A"), total: 2000 }),
    ],
    ends: { A: { status: "partially_refunded", refunded: "5" } },
    handedOn: 0,
  },
  {
    name: "a refund to a frozen card is abnormal: nothing went back",
    source: "binarywang/WxJava#2737",
    registered,
    events: (biz) => [
      paid("1", 1, { order: biz("A"), total: 2000 }),
      abnormal("2", 10, { id: "R-1", refund: 2000 }, { order: biz("A"), total: 2000 }),
    ],
    ends: { A: { status: "paid", refunded: "0" } },
    handedOn: 0,
  },
  {
    name: "an abnormal refund that is sent to another account later went back",
    source: NOT_FINAL,
    registered,
    events: (biz) => [
      paid("1", 1, { order: biz("A"), total: 2000 }),
      abnormal("2", 10, { id: "R-1", refund: 2000 }, { order: biz("A"), total: 2000 }),
      refunded("3", 90, { id: "R-1", refund: 2000 }, { order: biz("A"), total: 2000 }),
    ],
    ends: { A: { status: "refunded", refunded: "20" } },
    handedOn: 0,
  },
  {
    name: "a refund that is closed failed; the next one has an id of its own",
    source: NOT_FINAL,
    registered,
    events: (biz) => [
      paid("1", 1, { order: biz("A"), total: 2000 }),
      refundClosed("2", 10, { id: "R-1", refund: 500 }, { order: biz("A"), total: 2000 }),
      refunded("3", 11, { id: "R-2", refund: 700 }, { order: biz("A"), total: 2000 }),
    ],
    ends: { A: { status: "partially_refunded", refunded: "7" } },
    handedOn: 0,
  },
  {
    name: "the payment's notification never came: the refund's proves both",
    source: "wechatpay-apiv3/wechatpay-java#237",
    registered,
    events: (biz) => [refunded("1", 10, { id: "R-1", refund: 500 }, { order: biz("A"), total: 2000 })],
    ends: { A: { status: "partially_refunded", refunded: "5", checked: true } },
    handedOn: 0,
  },
  {
    name: "a refund of another merchant's payment changes nothing, nor does one that names no merchant",
    source: "wechatpay-apiv3/wechatpay-java#237",
    registered,
    events: (biz) => [
      paid("1", 1, { order: biz("A"), total: 2000 }),
      refunded("2", 10, { id: "R-1", refund: 500 }, { order: biz("A"), total: 2000, more: { mchid: THEIRS.mchid } }),
      refunded("3", 11, { id: "R-2", refund: 500 }, { order: biz("A"), total: 2000, more: { mchid: undefined } }),
    ],
    ends: { A: { status: "paid", refunded: "0" } },
    handedOn: 2,
  },
  {
    name: "where the order's id is in attach, which no refund repeats: a refund finds its order, or waits for its payment",
    source: REFUND,
    setting: { order: "attach" },
    registered,
    events: (biz) => [
      paid("1", 1, { order: "T-1", total: 2000, more: { attach: biz("A") } }),
      refunded("2", 10, { id: "R-1", refund: 500 }, { order: "T-1", total: 2000 }),
      refunded("3", 11, { id: "R-9", refund: 500 }, { order: "T-9", no: "9", total: 2000 }),
    ],
    ends: { A: { status: "partially_refunded", refunded: "5" } },
    handedOn: 1,
  },
  {
    name: "more than the amount is overpaid, until the rest is refunded",
    source: REFUND,
    registered: { A: cny("20.00"), B: cny("20.00") },
    events: (biz) => [
      paid("1", 1, { order: biz("A"), total: 2500 }),
      paid("2", 1, { order: biz("B"), no: "2", total: 2500 }),
      refunded("3", 10, { id: "R-1", refund: 500 }, { order: biz("B"), no: "2", total: 2500 }),
    ],
    ends: { A: { status: "paid", overpaid: "5" }, B: { status: "paid", overpaid: "0", refunded: "0" } },
    handedOn: 0,
  },
  {
    name: "one code that two people pay: the refund of the second payment settles it, and the order stays paid",
    source: "skr-shop/manuals#49",
    setting: { order: ["attach", "out_trade_no"] },
    registered,
    events: (biz) => [
      paid("1", 1, { order: "T-1", total: 2000, more: { attach: biz("A") } }),
      paid("2", 4, { order: "T-2", no: "2", total: 2000, more: { attach: biz("A") } }),
      refunded("3", 10, { id: "R-1", refund: 2000 }, { order: "T-2", no: "2", total: 2000 }),
    ],
    ends: { A: { status: "paid", refunded: "0", excess_payments: [] } },
    handedOn: 0,
  },
  {
    name: "one order of a combined payment is refunded, and the other is not",
    source: "https://pay.weixin.qq.com/docs/partner/apis/combine-payment/refunds/refund-result-notice.html",
    registered: { A: cny("20.00"), B: cny("5.00") },
    events: (biz) => [
      combined("1", 1, { order: biz("A"), total: 2000 }, { order: biz("B"), no: "2", total: 500 }),
      refunded("2", 10, { id: "R-1", refund: 500 }, { order: biz("B"), no: "2", total: 500 }),
    ],
    ends: { A: { status: "paid", refunded: "0" }, B: { status: "refunded", refunded: "5" } },
    handedOn: 0,
  },
  {
    name: "a service provider's refund is its merchant's",
    source: "https://pay.weixin.qq.com/docs/partner/apis/combine-payment/refunds/refund-result-notice.html",
    setting: { appid: PROVIDER.appid },
    registered,
    events: (biz) => [
      paidThroughProvider("1", 1, OURS.mchid, { order: biz("A"), total: 2000 }),
      refundedThroughProvider("2", 10, OURS.mchid, { id: "R-1", refund: 500 }, { order: biz("A"), total: 2000 }),
      refundedThroughProvider("3", 11, THEIRS.mchid, { id: "R-2", refund: 500 }, { order: biz("A"), total: 2000 }),
    ],
    ends: { A: { status: "partially_refunded", refunded: "5" } },
    handedOn: 1,
  },
  {
    name: "the refund of a payment in another currency settles its entry once it states that currency",
    source: REFUND,
    registered,
    events: (biz) => [
      paid("1", 1, { order: biz("A"), total: 2000, currency: "HKD" }),
      refunded(
        "2",
        10,
        { id: "R-1", refund: 2000 },
        { order: biz("A"), total: 2000, more: { amount: { total: 2000, refund: 2000, currency: "HKD" } } },
      ),
    ],
    ends: { A: { paid: false, mismatches: [] } },
    handedOn: 0,
  },
];
