// Registers an order, waits for it as a page does, and pays it as Stripe would: `npm run pay`. For development only.
import { createHmac } from "node:crypto";

const base = process.argv[2] ?? "http://localhost:8787/push";
const key = { Authorization: "Bearer development-api-key" };

const registered = await fetch(`${base}/orders`, {
  method: "PUT",
  headers: key,
  body: JSON.stringify({ amount: "19.99", currency: "USD", expires_in: 900 }),
});
const { biz } = await registered.json();
console.log("registered:", registered.status);

// As a page of the Worker's own origin.
const page = new WebSocket(`${base.replace("http", "ws")}/ws/order/${biz}/`, {
  protocols: ["belfry.plain"],
  headers: { Origin: new URL(base).origin },
});
await new Promise((resolve, reject) => {
  page.addEventListener("open", resolve);
  page.addEventListener("error", () => reject(new Error("no connection: is `npm start` running?")));
});
const outcome = new Promise((resolve) => page.addEventListener("message", ({ data }) => resolve(data)));

const now = Math.floor(Date.now() / 1000);
const event = JSON.stringify({
  id: `evt_${biz}`,
  object: "event",
  type: "payment_intent.succeeded",
  created: now,
  livemode: false,
  data: {
    object: {
      id: `pi_${biz}`,
      object: "payment_intent",
      amount: 1999,
      amount_received: 1999,
      currency: "usd",
      metadata: { order_id: biz },
    },
  },
});
const signature = createHmac("sha256", "whsec_development_only_stripe").update(`${now}.${event}`).digest("hex");
const delivered = await fetch(`${base}/callbacks/stripe`, {
  method: "POST",
  headers: { "Stripe-Signature": `t=${now},v1=${signature}` },
  body: event,
});
console.log("delivered:", delivered.status);
console.log("the page:", await outcome);
page.close();
