// Alipay's flows: trades and their accounts. Refunds: alipay-returns.ts.
import {
  closed,
  finished,
  message,
  noticeId,
  other,
  OURS,
  paid,
  SANDBOX,
  THEIRS,
  time,
  tradeNo,
  waiting,
} from "./alipay-events.ts";
import { returns } from "./alipay-returns.ts";
import type { Flow, ProviderFlows } from "./flow.ts";

/** A notice as it came to a shop. */
const SAMPLE = "https://apifox.com/apidoc/shared/462856fa-045c-4ce1-a2cf-c7353bdf7e60/api-215945681";

const cny = (amount: string) => ({ amount, currency: "CNY" });
const registered = { A: cny("20.00") };

const trades: readonly Flow[] = [
  {
    name: "a trade is made and paid",
    source: SAMPLE,
    registered,
    events: (biz) => [
      waiting("1", 1, { order: biz("A"), total: "20.00" }),
      paid("2", 2, { order: biz("A"), total: "20.00" }),
    ],
    ends: {
      A: {
        status: "paid",
        amount: "20",
        currency: "CNY",
        checked: true,
        payments: [
          { provider: "alipay", event_id: noticeId("2"), payment_id: tradeNo("1"), amount: "20", currency: "CNY" },
        ],
      },
    },
    handedOn: 0,
  },
  {
    name: "a trade that nobody pays is closed, and a notice of its beginning that is sent later opens nothing",
    source: "helei112g/payment#183",
    registered: { A: cny("20.00"), B: cny("5.00") },
    events: (biz) => [
      closed("2", 31, { order: biz("A"), total: "20.00" }),
      waiting("1", 45, { order: biz("A"), total: "20.00" }),
      waiting("3", 1, { order: biz("B"), no: "2", total: "5.00" }),
    ],
    ends: { A: { status: "closed", paid: false }, B: { status: "pending" } },
    handedOn: 0,
  },
  {
    name: "of two trades of one order the unpaid one is closed, and the order stays paid",
    source: "guanhui07/blog#858",
    setting: { order: "passback_params" },
    registered,
    events: (biz) => [
      waiting("1", 1, { order: "T-1", total: "20.00", more: { passback_params: biz("A") } }),
      paid("2", 5, { order: "T-2", no: "2", total: "20.00", minute: 4, more: { passback_params: biz("A") } }),
      closed("3", 31, { order: "T-1", total: "20.00", more: { passback_params: biz("A") } }),
    ],
    ends: { A: { status: "paid", excess_payments: [] } },
    handedOn: 0,
  },
  {
    name: "the same notice sent twice, the second time an hour later, and one more of the same trade: paid once",
    source: "yansongda/pay#142",
    registered,
    events: (biz) => [
      paid("1", 2, { order: biz("A"), total: "20.00" }),
      paid("1", 62, { order: biz("A"), total: "20.00" }),
      paid("2", 3, { order: biz("A"), total: "20.00" }),
    ],
    ends: { A: { status: "paid", amount: "20", overpaid: "0", excess_payments: [] } },
    handedOn: 0,
  },
  {
    name: "TRADE_FINISHED comes months after the payment, or alone where the contract allows no refund",
    source: "yansongda/pay#301",
    registered: { A: cny("20.00"), B: cny("5.00") },
    events: (biz) => [
      paid("1", 2, { order: biz("A"), total: "20.00" }),
      finished("2", 590, { order: biz("A"), total: "20.00" }),
      finished("3", 3, { order: biz("B"), no: "2", total: "5.00" }),
    ],
    ends: { A: { status: "paid", amount: "20", excess_payments: [] }, B: { status: "paid", checked: true } },
    handedOn: 0,
  },
  {
    name: "a red envelope and the merchant's coupon pay a part: what the trade was made for counts",
    source: "ai-shifu/ai-shifu#1598",
    registered,
    events: (biz) => [
      paid("1", 2, {
        order: biz("A"),
        total: "20.00",
        more: { receipt_amount: "17.00", invoice_amount: "16.00", buyer_pay_amount: "16.00", refund_fee: "0.00" },
      }),
    ],
    ends: { A: { status: "paid", amount: "20", refunded: "0", checked: true } },
    handedOn: 0,
  },
  {
    name: "two people scan one code and both pay: the second is too much, however late its notice says it was sent",
    source: "skr-shop/manuals#49",
    setting: { order: ["passback_params.order_id", "out_trade_no"] },
    registered,
    events: (biz) => [
      paid("1", 95, {
        order: "T-1",
        total: "20.00",
        minute: 1,
        more: { passback_params: JSON.stringify({ order_id: biz("A") }) },
      }),
      paid("2", 5, {
        order: "T-2",
        no: "2",
        total: "20.00",
        minute: 4,
        more: { passback_params: JSON.stringify({ order_id: biz("A") }) },
      }),
    ],
    ends: {
      A: {
        status: "paid",
        excess_payments: [
          { provider: "alipay", event_id: noticeId("2"), payment_id: tradeNo("2"), amount: "20", currency: "CNY" },
        ],
      },
    },
    handedOn: 0,
  },
  {
    name: "trades of one order add up: the first leaves it underpaid, the second pays it",
    source: "guanhui07/blog#858",
    setting: { order: "passback_params" },
    registered: { A: cny("20.00"), B: cny("20.00") },
    events: (biz) => [
      paid("1", 2, { order: "T-1", total: "12.00", more: { passback_params: biz("A") } }),
      paid("2", 5, { order: "T-2", no: "2", total: "8.00", minute: 4, more: { passback_params: biz("A") } }),
      paid("3", 6, { order: "T-3", no: "3", total: "0.10", minute: 6, more: { passback_params: biz("B") } }),
    ],
    ends: {
      A: { status: "paid", amount: "20", underpaid: null, checked: true },
      B: { status: "pending", paid: false, underpaid: { paid: "0.1", missing: "19.9" } },
    },
    handedOn: 0,
  },
  {
    name: "another app, another seller, or no seller: nothing counts, and nothing is refused",
    source: "alipay/alipay-sdk-nodejs-all#32",
    registered,
    events: (biz) => [
      paid("1", 2, { order: biz("A"), total: "20.00", account: { app: THEIRS.app, seller: OURS.seller } }),
      paid("2", 2, { order: biz("A"), no: "2", total: "20.00", account: { app: OURS.app, seller: THEIRS.seller } }),
      paid("3", 2, { order: biz("A"), no: "3", total: "20.00", account: { app: OURS.app, seller: null } }),
    ],
    ends: { A: { status: "pending", held: null, mismatches: [], version: 0 } },
    handedOn: 3,
  },
  {
    name: "one app and one seller of several that are listed count, and any where the setting says so",
    source: "alipay/alipay-sdk-nodejs-all#32",
    setting: { appId: [OURS.app, THEIRS.app], sellerId: "any" },
    registered,
    events: (biz) => [
      paid("1", 2, { order: biz("A"), total: "12.00", account: THEIRS }),
      paid("2", 3, { order: biz("A"), no: "2", total: "8.00", account: { app: OURS.app, seller: null } }),
      paid("3", 4, { order: biz("A"), no: "3", total: "8.00", account: SANDBOX }),
    ],
    ends: { A: { status: "paid", amount: "20" } },
    handedOn: 1,
  },
  {
    name: "a trade of the sandbox's app and seller pays nothing where the live ones are set",
    source: SAMPLE,
    registered,
    events: (biz) => [paid("1", 2, { order: biz("A"), total: "20.00", account: SANDBOX })],
    ends: { A: { status: "pending", version: 0 } },
    handedOn: 1,
  },
  {
    name: "a pre-authorisation that is frozen and released is handed on; the trade that takes a part of it pays",
    source: "http://developer.alibaba.com/docs/doc.htm?articleId=108213&docType=1&treeId=553",
    registered: { A: cny("120.00") },
    events: (biz) => [
      authorisation("fund_auth_freeze", "1", 1, biz("A"), { operation_type: "FREEZE", amount: "500.00" }),
      paid("2", 30, {
        order: biz("A"),
        total: "120.00",
        minute: 29,
        more: { auth_trade_pay_mode: "PRE_AUTH_PAY" },
      }),
      authorisation("fund_auth_unfreeze", "3", 31, biz("A"), { operation_type: "UNFREEZE", amount: "380.00" }),
    ],
    ends: { A: { status: "paid", amount: "120", refunded: "0", overpaid: "0" } },
    handedOn: 2,
  },
  {
    name: "consents, signed contracts, complaints and refunds that a bank sent back are handed on",
    source: "alipay/alipay-sdk-php-all#5",
    registered,
    events: (biz) => [
      paid("1", 2, { order: biz("A"), total: "20.00" }),
      other("open_app_auth_notify", "2", 3, { status: "execute_auth", auth_app_id: THEIRS.app }),
      other("dut_user_sign", "3", 3, { agreement_no: "20265909001234", external_agreement_no: biz("A") }),
      message("alipay.merchant.tradecomplain.changed", "4", { complain_event_id: "2026112200102000700020035130" }),
      message("alipay.trade.refund.depositback.completed", "5", { trade_no: tradeNo("1"), dback_status: "F" }),
    ],
    ends: { A: { status: "paid", refunded: "0", disputed: "none" } },
    handedOn: 4,
  },
  {
    name: "a trade that states another currency than yuan counts in that one alone",
    source: "https://docs.antom.com/ac/3rdpartryqrcode/simplified_2",
    registered: { A: cny("20.00"), B: { amount: "20.00", currency: "HKD" } },
    events: (biz) => [
      paid("1", 2, { order: biz("A"), total: "20.00", more: { trans_currency: "XTS" } }),
      paid("2", 2, { order: biz("B"), no: "2", total: "20.00", more: { trans_currency: "HKD" } }),
    ],
    ends: {
      A: {
        status: "pending",
        paid: false,
        mismatches: [
          {
            reason: "currency",
            provider: "alipay",
            event_id: noticeId("1"),
            payment_id: tradeNo("1"),
            amount: "20",
            currency: "XTS",
          },
        ],
      },
      B: { status: "paid", currency: "HKD", checked: true },
    },
    handedOn: 0,
  },
  {
    name: "a trade of an order that nobody registered is held, and counts where no registration is required",
    source: SAMPLE,
    events: (biz) => [paid("1", 2, { order: biz("A"), total: "20.00" })],
    ends: { A: { status: "pending", paid: false, held: "not_registered" } },
    handedOn: 0,
  },
  {
    name: "without a registration the first trade pays, unchecked",
    source: SAMPLE,
    requireRegistered: false,
    events: (biz) => [paid("1", 2, { order: biz("A"), total: "20.00" })],
    ends: { A: { status: "paid", amount: "20", checked: false } },
    handedOn: 0,
  },
  {
    name: "an order of nothing has no trade of its own: the least that Alipay takes is too much for it",
    source: SAMPLE,
    registered: { A: cny("0"), B: cny("0") },
    events: (biz) => [paid("1", 2, { order: biz("A"), total: "0.01" })],
    ends: { A: { status: "paid", overpaid: "0.01", checked: true }, B: { status: "pending", version: 0 } },
    handedOn: 0,
  },
  {
    name: "a trade that another checkout made names no order of this one",
    source: "YunaiV/ruoyi-vue-pro#1152",
    setting: { order: "passback_params.order_id" },
    registered,
    events: (biz) => [
      paid("1", 2, { order: biz("A"), total: "20.00" }),
      paid("2", 3, { order: "T-2", no: "2", total: "20.00", more: { passback_params: "not%7Bjson" } }),
    ],
    ends: { A: { status: "pending", version: 0 } },
    handedOn: 2,
  },
];

/** As in the field: it names the payer and, besides the app, no payee. */
function authorisation(
  type: string,
  id: string,
  sent: number,
  order: string,
  fields: Readonly<Record<string, string>>,
) {
  return other(type, id, sent, {
    auth_no: "2026112210002001000281886861",
    out_order_no: order,
    out_request_no: `R-${id}`,
    operation_id: `2026112202515397000${id}`,
    status: "SUCCESS",
    gmt_create: time(sent),
    gmt_trans: time(sent),
    payer_user_id: "2088622903359001",
    total_freeze_amount: "500.00",
    ...fields,
  });
}

export const alipay: ProviderFlows = { provider: "alipay", flows: [...trades, ...returns] };
