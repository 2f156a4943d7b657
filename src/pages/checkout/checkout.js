// Starts the checkout page: watches the order of its address by the client, and opens the laboratory where it may. Makes no callback itself.
import { connect } from "/client.js";
import { API_KEY, health } from "../development.js";
import { part, randomText, showConnection, showOutcome, speak, write } from "../words.js";
import { newOrder, openLaboratory } from "./laboratory.js";
import { drawCode, showPrice, showTime } from "./order-sheet.js";
import { show, ShownSocket, shownFetch } from "./wire.js";

const client = connect(location.origin, { WebSocket: ShownSocket, fetch: shownFetch });

const BIZ = /^[a-z0-9]{32}$/;

/** @type {ReturnType<typeof client.order> | undefined} */
let order;
/** @type {number | null} */
let expiresAt = null;
let isDevelopment = false;

const checkout = {
  biz: () => location.hash.slice(1),
  status: () => order?.outcome?.status ?? "pending",
  isSettled: () => !["pending", "failed"].includes(checkout.status()),
  leave: () => order?.close(),
  /** Shows the order with this id, and keeps it in the address. */
  watch(/** @type {string} */ biz) {
    history.replaceState(null, "", `#${biz}`);
    open();
  },
};

function open() {
  const biz = checkout.biz();
  if (!BIZ.test(biz)) return;
  order?.close();
  expiresAt = null;
  write(part("biz"), biz);
  drawCode(biz);
  showOutcome({ status: "pending" });
  order = client.order(biz);
  order.on("status", (outcome) => {
    showOutcome(outcome);
    tick();
  });
  order.on("state", (state) => showConnection(part("connection"), state));
  order.on("publication", ({ data }) => show("·", JSON.stringify(data)));
  void learnTerms(biz);
}

/** The price and the time: who has no API key is told the time only. */
async function learnTerms(/** @type {string} */ biz) {
  showPrice(null);
  const response = await fetch(
    `/orders/${biz}`,
    isDevelopment ? { headers: { Authorization: `Bearer ${API_KEY}` } } : {},
  );
  if (!response.ok || checkout.biz() !== biz) return;
  const { registered = null, expires_at: until } = await response.json();
  expiresAt = until === null ? null : Date.parse(until);
  showPrice(registered);
}

function tick() {
  showTime(expiresAt, checkout.isSettled());
  if (order) showConnection(part("connection"), order.state);
}

const begin = () => (isDevelopment ? newOrder(checkout) : checkout.watch(randomText(32)));

async function start() {
  speak();
  showOutcome({ status: "pending" });
  ({ development: isDevelopment } = await health());
  part("production").hidden = isDevelopment;
  if (isDevelopment) openLaboratory(checkout);
  part("new-order").addEventListener("click", () => void begin());
  addEventListener("hashchange", open);
  setInterval(tick, 250);
  if (BIZ.test(checkout.biz())) open();
  else await begin();
}

void start();
