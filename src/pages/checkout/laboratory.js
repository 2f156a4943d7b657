// The laboratory: a button for each experiment with a callback. Sends as the provider and as the
// shop.
import { API_KEY, ORDER_STATUS_KEY } from "../development.js";
import { standardHeaders } from "../sign.js";
import { byId, randomText, t, write } from "../words.js";
import { deliver, setOffline } from "./wire.js";

const AMOUNT = 1999;
const CURRENCY = "USD";
const EXPIRES_IN = 900;

/**
 * @typedef {{ biz: () => string, status: () => string, isSettled: () => boolean, watch: (biz:
 * string) => void, leave: () => void }} Checkout
 */

/** @param {Checkout} checkout */
export function openLaboratory(checkout) {
  /** Returns the order on the page, or a new one if that is settled. */
  async function unsettledOrder() {
    if (checkout.isSettled()) await newOrder(checkout);
    return checkout.biz();
  }
  /** @type {Record<string, () => Promise<unknown>>} */
  const experiments = {
    callback: async () => sendSigned(await unsettledOrder(), "payment.succeeded"),
    first: async () => {
      checkout.leave();
      const biz = await register();
      await sendSigned(biz, "payment.succeeded");
      checkout.watch(biz);
    },
    duplicate: async () => {
      const delivery = await sign(await unsettledOrder(), "payment.succeeded");
      await send(delivery);
      await send(delivery);
    },
    forged: async () => {
      const { headers, body } = await sign(await unsettledOrder(), "payment.succeeded");
      await send({ headers, body: body.replace(String(AMOUNT), String(AMOUNT + 1)) });
    },
    failed: async () => {
      const biz = await unsettledOrder();
      await sendSigned(biz, "payment.failed");
      await sendSigned(biz, "payment.succeeded");
    },
    refund: async () => {
      if (!["paid", "partially_refunded"].includes(checkout.status())) {
        await sendSigned(await unsettledOrder(), "payment.succeeded");
      }
      await sendSigned(checkout.biz(), "refund.succeeded");
    },
    silent: async () => {
      await newOrder(checkout); // a new order is reconciled soonest
      const biz = checkout.biz();
      const body = JSON.stringify({ status: "paid", amount: AMOUNT, currency: CURRENCY });
      await deliver("PUT", `/shop/orders/${biz}`, { Authorization: `Bearer ${ORDER_STATUS_KEY}` }, body);
      write(byId("experiment"), t("asking"));
    },
    network: async () => {
      const isOffline = byId("network").ariaPressed !== "true";
      setOffline(isOffline);
      byId("network").ariaPressed = String(isOffline);
      write(byId("network"), t(isOffline ? "come-back" : "go-offline"));
      write(byId("experiment"), t(isOffline ? "offline" : "online"));
    },
  };
  for (const [id, run] of Object.entries(experiments)) {
    byId(id).addEventListener("click", () => void runExclusively(run));
  }
  byId("experiments").hidden = false;
}

let isRunning = false;

/**
 * Runs one experiment at a time, so that its effects can be attributed.
 * @param {() => Promise<unknown>} run
 */
async function runExclusively(run) {
  if (isRunning) return;
  isRunning = true;
  write(byId("experiment"), "");
  try {
    await run();
  } catch {
    write(byId("experiment"), t("answer-none"));
  } finally {
    isRunning = false;
  }
}

/** Registers an order and shows it. @param {Checkout} checkout */
export async function newOrder(checkout) {
  checkout.watch(await register());
}

async function register() {
  const biz = randomText(32);
  const expected = { amount: AMOUNT, currency: CURRENCY, expires_in: EXPIRES_IN };
  await deliver("PUT", `/orders/${biz}`, { Authorization: `Bearer ${API_KEY}` }, JSON.stringify(expected));
  return biz;
}

/** @param {string} biz @param {"payment.succeeded" | "payment.failed" | "refund.succeeded"} type */
async function sign(biz, type) {
  const data = { order_id: biz, amount: AMOUNT, currency: CURRENCY, payment_id: `pay-${biz}` };
  const refund = type === "refund.succeeded" ? { refund_id: `refund-${biz}` } : {};
  const body = JSON.stringify({ type, timestamp: new Date().toISOString(), data: { ...data, ...refund } });
  return { headers: await standardHeaders(body, `msg_${randomText(24)}`), body };
}

const send = (/** @type {{ headers: Record<string, string>, body: string }} */ { headers, body }) =>
  deliver("POST", "/callbacks/standard", headers, body);

/** @param {string} biz @param {"payment.succeeded" | "payment.failed" | "refund.succeeded"} type */
const sendSigned = async (biz, type) => send(await sign(biz, type));
