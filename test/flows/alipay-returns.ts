// Alipay's flows in which money goes back: each notice states the sum of all refunds of its trade.
import { finished, noticeId, paid, partlyRefunded, refunded, reversed, tradeNo } from "./alipay-events.ts";
import type { Flow } from "./flow.ts";

/** Why a partial refund is another TRADE_SUCCESS. */
const PARTS = "https://developer.aliyun.com/ask/285132";
const FIELDS = "https://blog.csdn.net/qq_42978230/article/details/146307860";

const cny = (amount: string) => ({ amount, currency: "CNY" });
const registered = { A: cny("20.00") };

export const returns: readonly Flow[] = [
  {
    name: "two partial refunds: the sum of both went back",
    source: PARTS,
    registered,
    events: (biz) => [
      paid("1", 2, { order: biz("A"), total: "20.00" }),
      partlyRefunded("2", 10, { sum: "5.00", number: "R-1" }, { order: biz("A"), total: "20.00" }),
      partlyRefunded("3", 11, { sum: "12.00", number: "R-2" }, { order: biz("A"), total: "20.00" }),
    ],
    ends: { A: { status: "partially_refunded", paid: true, refunded: "12", amount: "20" } },
    handedOn: 0,
  },
  {
    name: "partial refunds that reach the amount: the last closes the trade, and the order is refunded",
    source: FIELDS,
    registered,
    events: (biz) => [
      paid("1", 2, { order: biz("A"), total: "20.00" }),
      partlyRefunded("2", 10, { sum: "5.00", number: "R-1" }, { order: biz("A"), total: "20.00" }),
      refunded("3", 11, { sum: "20.00", number: "R-2" }, { order: biz("A"), total: "20.00" }),
    ],
    ends: { A: { status: "refunded", paid: false, refunded: "20" } },
    handedOn: 0,
  },
  {
    name: "a full refund without a number of its own carries the trade's",
    source: "alipay/alipay-sdk-php-all#5",
    registered,
    events: (biz) => [
      paid("1", 2, { order: biz("A"), total: "20.00" }),
      refunded("2", 10, { sum: "20.00" }, { order: biz("A"), total: "20.00" }),
    ],
    ends: { A: { status: "refunded", refunded: "20" } },
    handedOn: 0,
  },
  {
    name: "one refund under two notices, and the first of them sent again: it counts once",
    source: "Pay-Group/best-pay-sdk#28",
    registered,
    events: (biz) => [
      paid("1", 2, { order: biz("A"), total: "20.00" }),
      partlyRefunded("2", 10, { sum: "5.00", number: "R-1" }, { order: biz("A"), total: "20.00" }),
      partlyRefunded("3", 11, { sum: "5.00", number: "R-1", minute: 10 }, { order: biz("A"), total: "20.00" }),
      partlyRefunded("2", 70, { sum: "5.00", number: "R-1", minute: 10 }, { order: biz("A"), total: "20.00" }),
    ],
    ends: { A: { status: "partially_refunded", refunded: "5" } },
    handedOn: 0,
  },
  {
    name: "the notice of the payment never came: the refund's proves both",
    source: "Varorbc/PaySharp#38",
    registered: { A: cny("20.00"), B: cny("20.00") },
    events: (biz) => [
      partlyRefunded("1", 10, { sum: "5.00", number: "R-1" }, { order: biz("A"), total: "20.00" }),
      refunded("2", 10, { sum: "20.00", number: "R-2" }, { order: biz("B"), no: "2", total: "20.00" }),
    ],
    ends: { A: { status: "partially_refunded", checked: true }, B: { status: "refunded" } },
    handedOn: 0,
  },
  {
    name: "TRADE_FINISHED after a refund: what went back stays away, whether the notice repeats it or not",
    source: "helei112g/payment#67",
    registered: { A: cny("20.00"), B: cny("20.00") },
    events: (biz) => [
      partlyRefunded("1", 10, { sum: "5.00", number: "R-1" }, { order: biz("A"), total: "20.00" }),
      finished("2", 590, { order: biz("A"), total: "20.00" }),
      refunded("3", 10, { sum: "20.00", number: "R-2" }, { order: biz("B"), no: "2", total: "20.00" }),
      finished("4", 590, {
        order: biz("B"),
        no: "2",
        total: "20.00",
        more: { refund_fee: "20.00", out_biz_no: "R-2" },
      }),
    ],
    ends: { A: { status: "partially_refunded", refunded: "5" }, B: { status: "refunded" } },
    handedOn: 0,
  },
  {
    name: "a paid trade that is closed without a refund's amount went back as a whole",
    source: "yansongda/pay#445",
    registered,
    events: (biz) => [
      paid("1", 2, { order: biz("A"), total: "20.00" }),
      reversed("2", 3, { order: biz("A"), total: "20.00" }),
    ],
    ends: { A: { status: "refunded", refunded: "20" } },
    handedOn: 0,
  },
  {
    name: "more than the amount is overpaid, until the rest is refunded",
    source: FIELDS,
    registered: { A: cny("20.00"), B: cny("20.00") },
    events: (biz) => [
      paid("1", 2, { order: biz("A"), total: "25.00" }),
      paid("2", 2, { order: biz("B"), no: "2", total: "25.00" }),
      partlyRefunded("3", 10, { sum: "5.00", number: "R-1" }, { order: biz("B"), no: "2", total: "25.00" }),
    ],
    ends: {
      A: { status: "paid", overpaid: "5" },
      B: { status: "paid", overpaid: "0", refunded: "0" },
    },
    handedOn: 0,
  },
  {
    name: "an order paid twice: the refund of the second trade settles it, and the order stays paid",
    source: "YunaiV/ruoyi-vue-pro#1152",
    setting: { order: "passback_params" },
    registered,
    events: (biz) => [
      paid("1", 2, { order: "T-1", total: "20.00", more: { passback_params: biz("A") } }),
      paid("2", 5, { order: "T-2", no: "2", total: "20.00", minute: 4, more: { passback_params: biz("A") } }),
      refunded(
        "3",
        10,
        { sum: "20.00", number: "R-1" },
        { order: "T-2", no: "2", total: "20.00", minute: 4, more: { passback_params: biz("A") } },
      ),
    ],
    ends: {
      A: { status: "paid", amount: "20", refunded: "0", overpaid: "0", excess_payments: [], mismatches: [] },
    },
    handedOn: 0,
  },
  {
    name: "a refund of a trade that no order has waits for it; one that names no order itself finds the order of its trade",
    source: FIELDS,
    setting: { order: "passback_params" },
    registered,
    events: (biz) => [
      refunded("1", 10, { sum: "20.00" }, { order: "T-9", no: "9", total: "20.00" }),
      paid("2", 2, { order: "T-1", total: "20.00", more: { passback_params: biz("A") } }),
      partlyRefunded("3", 10, { sum: "5.00", number: "R-1" }, { order: "T-1", total: "20.00" }),
    ],
    ends: { A: { status: "partially_refunded", refunded: "5", mismatches: [] } },
    handedOn: 1,
  },
  {
    name: "a refund of a trade in another currency settles its entry, and changes nothing else",
    source: "https://docs.antom.com/ac/3rdpartryqrcode/simplified_2",
    registered,
    events: (biz) => {
      const foreign = { order: biz("A"), total: "20.00", more: { trans_currency: "HKD" } };
      const later = { order: biz("A"), no: "2", total: "20.00", minute: 8 };
      return [paid("1", 2, foreign), refunded("2", 10, { sum: "20.00", number: "R-1" }, foreign), paid("3", 9, later)];
    },
    ends: {
      A: {
        status: "paid",
        mismatches: [],
        payments: [
          { provider: "alipay", event_id: noticeId("3"), payment_id: tradeNo("2"), amount: "20", currency: "CNY" },
        ],
      },
    },
    handedOn: 0,
  },
];
