// PayPal's event rules. Data only.
import type { EventRule } from "./mapping.ts";

/** Replaces a subscription's id (I-). Agreements for charges on demand start with B-. */
export const SUBSCRIPTION = "I-…";

const LOST_OUTCOMES = ["RESOLVED_BUYER_FAVOUR", "RESOLVED_WITH_PAYOUT", "ACCEPTED"];
const WON_OUTCOMES = ["RESOLVED_SELLER_FAVOUR", "CANCELED_BY_BUYER", "DENIED", "NONE"];

/** Fields of `resource`; for CHECKOUT.ORDER.COMPLETED, of each capture or authorization in it. */
export const rules: readonly EventRule[] = [
  { event: "PAYMENT.CAPTURE.COMPLETED", where: { final_capture: ["false"] }, factKinds: ["part"] },
  { event: "PAYMENT.CAPTURE.COMPLETED", factKinds: ["paid"] },
  { event: "PAYMENT.CAPTURE.PENDING", factKinds: ["pending"] },
  { event: "PAYMENT.CAPTURE.DENIED", factKinds: ["failed"] },
  { event: "PAYMENT.CAPTURE.DECLINED", factKinds: ["failed"] },
  { event: "PAYMENT.CAPTURE.REFUNDED", where: { status: ["FAILED", "CANCELLED"] }, factKinds: ["refund_failed"] },
  { event: "PAYMENT.CAPTURE.REFUNDED", factKinds: ["refund"] },
  { event: "PAYMENT.CAPTURE.REVERSED", factKinds: ["refund"] },
  // The refund is under way; FAILED reverts it.
  { event: "PAYMENT.REFUND.PENDING", factKinds: ["refund"] },
  { event: "PAYMENT.REFUND.FAILED", factKinds: ["refund_failed"] },
  { event: "PAYMENT.AUTHORIZATION.CREATED", factKinds: ["pending"] },
  // Ends the authorization. Its captures are separate payments and keep their status.
  { event: "PAYMENT.AUTHORIZATION.VOIDED", factKinds: ["failed"] },
  // The buyer has approved; the capture follows.
  { event: "CHECKOUT.ORDER.APPROVED", factKinds: ["pending"] },
  {
    event: "CHECKOUT.ORDER.COMPLETED",
    where: { status: ["COMPLETED", "PARTIALLY_REFUNDED", "REFUNDED"], final_capture: ["false"] },
    factKinds: ["part"],
  },
  {
    event: "CHECKOUT.ORDER.COMPLETED",
    where: { status: ["COMPLETED", "PARTIALLY_REFUNDED", "REFUNDED"] },
    factKinds: ["paid"],
  },
  { event: "CHECKOUT.ORDER.COMPLETED", where: { status: ["PENDING", "CREATED"] }, factKinds: ["pending"] },
  { event: "CHECKOUT.ORDER.COMPLETED", where: { status: ["DECLINED", "FAILED"] }, factKinds: ["failed"] },
  { event: "CHECKOUT.PAYMENT-APPROVAL.REVERSED", factKinds: ["failed"] },
  // Every cycle repeats the subscription's custom id and would pay the first order again.
  { event: "PAYMENT.SALE.COMPLETED", where: { billing_agreement_id: [SUBSCRIPTION] }, factKinds: [] },
  { event: "PAYMENT.SALE.PENDING", where: { billing_agreement_id: [SUBSCRIPTION] }, factKinds: [] },
  { event: "PAYMENT.SALE.DENIED", where: { billing_agreement_id: [SUBSCRIPTION] }, factKinds: [] },
  { event: "PAYMENT.SALE.COMPLETED", factKinds: ["paid"] },
  { event: "PAYMENT.SALE.PENDING", factKinds: ["pending"] },
  { event: "PAYMENT.SALE.DENIED", factKinds: ["failed"] },
  { event: "PAYMENT.SALE.REFUNDED", factKinds: ["refund"] },
  { event: "PAYMENT.SALE.REVERSED", factKinds: ["refund"] },
  { event: "CUSTOMER.DISPUTE.CREATED", factKinds: ["dispute_open"] },
  { event: "RISK.DISPUTE.CREATED", factKinds: ["dispute_open"] },
  // RESOLVED_WITH_PAYOUT may protect either side and does not state who paid. It counts as lost,
  // since the money may be gone
  // (developer.paypal.com/api/customer-disputes/v1/definitions/dispute_outcome).
  {
    event: "CUSTOMER.DISPUTE.RESOLVED",
    where: { "dispute_outcome.outcome_code": LOST_OUTCOMES },
    factKinds: ["dispute_lost"],
  },
  // NONE: closed without a decision, because a second dispute of the payment was opened.
  {
    event: "CUSTOMER.DISPUTE.RESOLVED",
    where: { "dispute_outcome.outcome_code": WON_OUTCOMES },
    factKinds: ["dispute_won"],
  },
  {
    event: "CUSTOMER.DISPUTE.UPDATED",
    where: { status: ["RESOLVED"], "dispute_outcome.outcome_code": LOST_OUTCOMES },
    factKinds: ["dispute_lost"],
  },
  {
    event: "CUSTOMER.DISPUTE.UPDATED",
    where: { status: ["RESOLVED"], "dispute_outcome.outcome_code": WON_OUTCOMES },
    factKinds: ["dispute_won"],
  },
  // Without an outcome, CUSTOMER.DISPUTE.RESOLVED follows with it.
  { event: "CUSTOMER.DISPUTE.UPDATED", where: { status: ["RESOLVED"] }, factKinds: [] },
  // An appeal reopens a dispute.
  { event: "CUSTOMER.DISPUTE.UPDATED", factKinds: ["dispute_open"] },
];
