// The laboratory: what can happen to a callback, a button for each. It acts as the provider and as the shop; what the page shows it leaves alone.
import { API_KEY, ORDER_STATUS_KEY } from "../development.js";
import { canSign, standardHeaders } from "../sign.js";
import { part, randomText, word, write } from "../words.js";
import { deliver, setOffline } from "./wire.js";

const AMOUNT = 1999;
const CURRENCY = "USD";
const EXPIRES_IN = 900;

/** @typedef {{ biz: () => string, status: () => string, isSettled: () => boolean, watch: (biz: string) => void, leave: () => void }} Checkout */

/** @param {Checkout} checkout */
export function openLaboratory(checkout) {
  /** The order on the page, or a fresh one where that is settled already. */
  async function waiting() {
    if (checkout.isSettled()) await newOrder(checkout);
    return checkout.biz();
  }
  /** @type {Record<string, () => Promise<unknown>>} */
  const experiments = {
    callback: async () => sendSigned(await waiting(), "payment.succeeded"),
    first: async () => {
      checkout.leave();
      const biz = await register();
      await sendSigned(biz, "payment.succeeded");
      checkout.watch(biz);
    },
    duplicate: async () => {
      const delivery = await sign(await waiting(), "payment.succeeded");
      await send(delivery);
      await send(delivery);
    },
    forged: async () => {
      const { headers, body } = await sign(await waiting(), "payment.succeeded");
      await send({ headers, body: body.replace(String(AMOUNT), String(AMOUNT + 1)) });
    },
    failed: async () => {
      const biz = await waiting();
      await sendSigned(biz, "payment.failed");
      await sendSigned(biz, "payment.succeeded");
    },
    refund: async () => {
      if (!["paid", "partially_refunded"].includes(checkout.status())) {
        await sendSigned(await waiting(), "payment.succeeded");
      }
      await sendSigned(checkout.biz(), "refund.succeeded");
    },
    silent: async () => {
      await newOrder(checkout); // a fresh one is asked about soonest
      const biz = checkout.biz();
      const body = JSON.stringify({ status: "paid", amount: AMOUNT, currency: CURRENCY });
      await deliver("PUT", `/shop/orders/${biz}`, { Authorization: `Bearer ${ORDER_STATUS_KEY}` }, body);
      write(part("experiment"), word("asking"));
    },
    network: async () => {
      const isOffline = part("network").ariaPressed !== "true";
      setOffline(isOffline);
      part("network").ariaPressed = String(isOffline);
      write(part("network"), word(isOffline ? "come-back" : "go-offline"));
      write(part("experiment"), word(isOffline ? "offline" : "online"));
    },
  };
  for (const [id, run] of Object.entries(experiments)) {
    part(id).toggleAttribute("disabled", !canSign);
    part(id).addEventListener("click", () => void once(run));
  }
  if (!canSign) write(part("experiment"), word("no-crypto"));
  part("experiments").hidden = false;
}

let isRunning = false;

/** One experiment at a time: two at once would tell nobody anything. @param {() => Promise<unknown>} run */
async function once(run) {
  if (isRunning) return;
  isRunning = true;
  write(part("experiment"), "");
  try {
    await run();
  } catch {
    write(part("experiment"), word("answer-none"));
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
