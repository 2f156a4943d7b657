// WeChat Pay's flows: payments, combined orders, service providers and their accounts. Refunds: wechatpay-returns.ts.
import type { Flow, ProviderFlows } from "./flow.ts";
import {
  combined,
  failed,
  notice,
  noticeId,
  OURS,
  paid,
  paidThroughProvider,
  PROVIDER,
  THEIRS,
  transactionId,
} from "./wechatpay-events.ts";
import { returns } from "./wechatpay-returns.ts";

const PAYMENT = "https://pay.weixin.qq.com/docs/merchant/products/notification/introduction.html";
const COMBINED = "https://pay.weixin.qq.com/docs/partner/apis/combine-payment-identity/orders/payment-notice.html";
const PROVIDERS = "https://pay.weixin.qq.com/docs/partner/apis/partner-h5-payment/payment-notice.html";
const CONTRACTS = "https://pay.weixin.qq.com/docs/merchant/apis/insurance-entrusted-payment/deduct-result-notify.html";

const cny = (amount: string) => ({ amount, currency: "CNY" });
const registered = { A: cny("20.00") };

const entry = (id: string, no: string, amount: string, currency = "CNY") => ({
  provider: "wechatpay",
  event_id: noticeId(id),
  payment_id: transactionId(no),
  amount,
  currency,
});

const payments: readonly Flow[] = [
  {
    name: "a payment, and its notification again in spite of the answer",
    source: "binarywang/WxJava#3355",
    registered,
    events: (biz) => [
      paid("1", 1, { order: biz("A"), total: 2000 }),
      paid("1", 1, { order: biz("A"), total: 2000 }),
      paid("2", 2, { order: biz("A"), total: 2000, more: { trade_state: "REFUND" } }),
    ],
    ends: { A: { status: "paid", amount: "20", currency: "CNY", checked: true, overpaid: "0", excess_payments: [] } },
    handedOn: 0,
  },
  {
    name: "a charge by contract that the bank refuses, and the next one that succeeds: paid, and not late",
    source: CONTRACTS,
    setting: { order: "attach" },
    registered: { A: cny("20.00"), B: cny("20.00") },
    events: (biz) => [
      failed("1", 1, { order: "T-1", total: 2000, more: { attach: biz("A") } }),
      paid("2", 60, { order: "T-2", no: "2", total: 2000, more: { attach: biz("A") } }),
      failed("3", 1, { order: "T-3", no: "3", total: 2000, more: { attach: biz("B") } }),
    ],
    ends: {
      A: { status: "paid", late: false, payments: [entry("2", "2", "20")] },
      B: { status: "failed", paid: false },
    },
    handedOn: 0,
  },
  {
    name: "a coupon pays a part: what the order costs counts, not what the payer paid",
    source: "ai-shifu/ai-shifu#1598",
    registered,
    events: (biz) => [
      paid("1", 1, {
        order: biz("A"),
        total: 2000,
        more: { amount: { total: 2000, payer_total: 1700, currency: "CNY", payer_currency: "CNY" } },
      }),
    ],
    ends: { A: { status: "paid", amount: "20", checked: true } },
    handedOn: 0,
  },
  {
    name: "a combined order pays each of its orders",
    source: COMBINED,
    registered: { A: cny("20.00"), B: cny("5.00") },
    events: (biz) => [
      combined("1", 1, { order: biz("A"), total: 2000 }, { order: biz("B"), no: "2", total: 500 }),
      combined("1", 1, { order: biz("A"), total: 2000 }, { order: biz("B"), no: "2", total: 500 }),
    ],
    ends: {
      A: { status: "paid", amount: "20", checked: true, excess_payments: [] },
      B: { status: "paid", amount: "5", checked: true, excess_payments: [] },
    },
    handedOn: 0,
  },
  {
    name: "two sub orders of one order add up",
    source: COMBINED,
    setting: { order: "attach" },
    registered,
    events: (biz) => [
      combined(
        "1",
        1,
        { order: "T-1", total: 1200, more: { attach: biz("A") } },
        { order: "T-2", no: "2", total: 800, more: { attach: biz("A") } },
      ),
    ],
    ends: { A: { status: "paid", amount: "20", checked: true, excess_payments: [] } },
    handedOn: 0,
  },
  {
    name: "a combined order with a sub order of another merchant: that one pays nothing",
    source: "binarywang/weixin-java-pay-demo#90",
    registered: { A: cny("20.00"), B: cny("5.00"), C: cny("7.00") },
    events: (biz) => [
      combined(
        "1",
        1,
        { order: biz("A"), total: 2000 },
        { order: biz("B"), no: "2", total: 500, mchid: THEIRS.mchid },
        { order: biz("C"), no: "3", total: 700, sub_mchid: THEIRS.mchid },
      ),
    ],
    ends: {
      A: { status: "paid" },
      B: { status: "pending", mismatches: [], version: 0 },
      C: { status: "pending", mismatches: [], version: 0 },
    },
    handedOn: 2,
  },
  {
    name: "through a service provider: the merchant that is paid counts, and the provider's app",
    source: PROVIDERS,
    setting: { appid: [OURS.appid, PROVIDER.appid] },
    registered: { A: cny("20.00"), B: cny("5.00") },
    events: (biz) => [
      paidThroughProvider("1", 1, OURS.mchid, { order: biz("A"), total: 2000 }),
      paidThroughProvider("2", 1, THEIRS.mchid, { order: biz("B"), no: "2", total: 500 }),
    ],
    ends: { A: { status: "paid" }, B: { status: "pending", version: 0 } },
    handedOn: 1,
  },
  {
    name: "the provider's own number is not enough: it is paid nothing",
    source: "flitto/wechatpay#11",
    setting: { mchid: PROVIDER.mchid, appid: PROVIDER.appid },
    registered,
    events: (biz) => [paidThroughProvider("1", 1, THEIRS.mchid, { order: biz("A"), total: 2000 })],
    ends: { A: { status: "pending", version: 0 } },
    handedOn: 1,
  },
  {
    name: "a provider that takes all its merchants' payments",
    source: PROVIDERS,
    setting: { mchid: "any", appid: PROVIDER.appid },
    registered,
    events: (biz) => [paidThroughProvider("1", 1, THEIRS.mchid, { order: biz("A"), total: 2000 })],
    ends: { A: { status: "paid", checked: true } },
    handedOn: 0,
  },
  {
    name: "another merchant or app, or none: nothing counts, and nothing is refused",
    source: "supersheep/wechat-pay#54",
    registered,
    events: (biz) => [
      paid("1", 1, { order: biz("A"), total: 2000, more: { mchid: THEIRS.mchid } }),
      paid("2", 2, { order: biz("A"), no: "2", total: 2000, more: { appid: THEIRS.appid } }),
      paid("3", 3, { order: biz("A"), no: "3", total: 2000, more: { mchid: undefined } }),
      paid("4", 4, { order: biz("A"), no: "4", total: 2000, more: { appid: undefined } }),
    ],
    ends: { A: { status: "pending", held: null, mismatches: [], version: 0 } },
    handedOn: 4,
  },
  {
    name: "one app at two merchants that are both listed",
    source: "Varorbc/PaySharp#42",
    setting: { mchid: [OURS.mchid, THEIRS.mchid] },
    registered: { A: cny("20.00"), B: cny("5.00") },
    events: (biz) => [
      paid("1", 1, { order: biz("A"), total: 2000 }),
      paid("2", 2, { order: biz("B"), no: "2", total: 500, more: { mchid: THEIRS.mchid } }),
    ],
    ends: { A: { status: "paid" }, B: { status: "paid" } },
    handedOn: 0,
  },
  {
    name: "transfers, complaints and coupons, which name no merchant, are handed on",
    source: "go-pay/gopay#323",
    registered,
    events: (biz) => [
      notice("MCHTRANSFER.BILL.FINISHED", "1", 1, {
        mch_id: OURS.mchid,
        out_bill_no: biz("A"),
        transfer_bill_no: "1330007812007702509230017332919998",
        state: "SUCCESS",
        transfer_amount: 2000,
      }),
      notice("COMPLAINT.STATE_CHANGE", "2", 2, { complaint_id: "200201820200101080076610000", action_type: "REFUND" }),
      notice("COUPON.USE", "3", 3, { stock_creator_mchid: OURS.mchid, stock_id: "9865000", coupon_id: "98674556" }),
    ],
    ends: { A: { status: "pending", disputed: "none", version: 0 } },
    handedOn: 3,
  },
  {
    name: "a payment score order is handed on, though it is paid",
    source: "https://pay.weixin.qq.com/docs/merchant/apis/weixin-pay-score/success-notification.html",
    registered,
    events: (biz) => [
      notice("PAYSCORE.USER_CONFIRM", "1", 1, { ...OURS, out_order_no: biz("A"), state: "DOING" }),
      notice("PAYSCORE.USER_PAID", "2", 2, {
        ...OURS,
        out_order_no: biz("A"),
        state: "DONE",
        total_amount: 2000,
        collection: { state: "USER_PAID", details: [{ amount: 2000, transaction_id: transactionId("1") }] },
      }),
    ],
    ends: { A: { status: "pending", version: 0 } },
    handedOn: 2,
  },
  {
    name: "shared profit and a used coupon come as TRANSACTION.SUCCESS, and pay nothing",
    source: "https://developers.weixin.qq.com/community/pay/doc/000ec4fb9b81b810192b694c353c00",
    registered,
    events: (biz) => [
      notice("TRANSACTION.SUCCESS", "1", 1, {
        mchid: OURS.mchid,
        transaction_id: transactionId("1"),
        order_id: "3008450740201411110007820472",
        out_order_no: biz("A"),
        receiver: { type: "MERCHANT_ID", account: OURS.mchid, amount: 2000, description: "运费" },
        success_time: "2026-11-22T09:01:12+08:00",
      }),
      notice("TRANSACTION.SUCCESS", "2", 2, {
        stock_creator_mchid: OURS.mchid,
        coupon_id: "98674556",
        consume_information: { consume_mchid: OURS.mchid, transaction_id: transactionId("1") },
      }),
    ],
    ends: { A: { status: "pending", mismatches: [], version: 0 } },
    handedOn: 2,
  },
  {
    name: "two people scan one code and both pay: the second is too much",
    source: "skr-shop/manuals#49",
    setting: { order: ["attach", "out_trade_no"] },
    registered,
    events: (biz) => [
      paid("1", 1, { order: "T-1", total: 2000, more: { attach: biz("A") } }),
      paid("2", 4, { order: "T-2", no: "2", total: 2000, more: { attach: biz("A") } }),
    ],
    ends: { A: { status: "paid", excess_payments: [entry("2", "2", "20")] } },
    handedOn: 0,
  },
  {
    name: "less than the amount leaves the order waiting, and the rest pays it",
    source: "flitto/wechatpay#10",
    setting: { order: "attach" },
    registered: { A: cny("20.00"), B: cny("20.00") },
    events: (biz) => [
      paid("1", 1, { order: "T-1", total: 1, more: { attach: biz("A") } }),
      paid("2", 1, { order: "T-2", no: "2", total: 1200, more: { attach: biz("B") } }),
      paid("3", 2, { order: "T-3", no: "3", total: 800, more: { attach: biz("B") } }),
    ],
    ends: {
      A: { status: "pending", paid: false, underpaid: { paid: "0.01", missing: "19.99" } },
      B: { status: "paid", amount: "20", underpaid: null },
    },
    handedOn: 0,
  },
  {
    name: "another currency is a mismatch, and so is one whose digits nobody knows",
    source: "ai-shifu/ai-shifu#1598",
    registered: { A: cny("20.00"), B: cny("20.00"), C: { amount: "20.00", currency: "HKD" } },
    events: (biz) => [
      paid("1", 1, { order: biz("A"), total: 2000, currency: "HKD" }),
      paid("2", 1, { order: biz("B"), no: "2", total: 2000, currency: "XTS" }),
      paid("3", 1, { order: biz("C"), no: "3", total: 2000, currency: "HKD" }),
    ],
    ends: {
      A: { status: "pending", mismatches: [{ reason: "currency", ...entry("1", "1", "20", "HKD") }] },
      B: { status: "pending", mismatches: [{ reason: "unknown_currency", ...entry("2", "2", "2000", "XTS") }] },
      C: { status: "paid", checked: true },
    },
    handedOn: 0,
  },
  {
    name: "an order of nothing has no payment of its own: one fen is too much for it",
    source: PAYMENT,
    registered: { A: cny("0"), B: cny("0") },
    events: (biz) => [paid("1", 1, { order: biz("A"), total: 1 })],
    ends: { A: { status: "paid", overpaid: "0.01", checked: true }, B: { status: "pending", version: 0 } },
    handedOn: 0,
  },
  {
    name: "a payment that another checkout made names no order of this one",
    source: "YunaiV/ruoyi-vue-pro#1152",
    setting: { order: "attach.order_id" },
    registered,
    events: (biz) => [
      paid("1", 1, { order: biz("A"), total: 2000, more: { attach: "深圳分店" } }),
      paid("2", 2, { order: "T-2", no: "2", total: 2000, more: { attach: JSON.stringify({ order_id: biz("A") }) } }),
    ],
    ends: { A: { status: "paid", payments: [entry("2", "2", "20")] } },
    handedOn: 1,
  },
  {
    name: "a payment of an order that nobody registered is held",
    source: PAYMENT,
    events: (biz) => [paid("1", 1, { order: biz("A"), total: 2000 })],
    ends: { A: { status: "pending", paid: false, held: "not_registered" } },
    handedOn: 0,
  },
  {
    name: "without a registration the first payment pays, unchecked",
    source: PAYMENT,
    requireRegistered: false,
    events: (biz) => [paid("1", 1, { order: biz("A"), total: 2000 })],
    ends: { A: { status: "paid", amount: "20", checked: false } },
    handedOn: 0,
  },
  {
    name: "each cycle of a standing contract has an order of its own, and pays no other",
    source: CONTRACTS,
    registered: { A: cny("20.00"), B: cny("20.00") },
    events: (biz) => [
      paid("1", 1, { order: biz("A"), total: 2000, more: { trade_type: "PAP", contract_id: "201509160000028648" } }),
      paid("2", 9, {
        order: biz("B"),
        no: "2",
        total: 2000,
        more: { trade_type: "PAP", contract_id: "201509160000028648" },
      }),
    ],
    ends: { A: { status: "paid", excess_payments: [] }, B: { status: "paid", excess_payments: [] } },
    handedOn: 0,
  },
];

export const wechatpay: ProviderFlows = { provider: "wechatpay", flows: [...payments, ...returns] };
