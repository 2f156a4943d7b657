// Starts the checkout page: watches the order in the address, and opens the laboratory in
// development.
import { connect } from "/client.js";
import { API_KEY, health } from "../development.js";
import { byId, randomText, showConnection, showOutcome, translatePage, write } from "../words.js";
import { newOrder, openLaboratory } from "./laboratory.js";
import { drawCode, showPrice, showTime } from "./order-sheet.js";
import { show, LoggedSocket, loggedFetch } from "./wire.js";

const client = connect(location.origin, { WebSocket: LoggedSocket, fetch: loggedFetch });

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
  /** Shows the order with this id and puts it in the address. */
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
  write(byId("biz"), biz);
  drawCode(biz);
  showOutcome({ status: "pending" });
  order = client.order(biz);
  order.on("status", (outcome) => {
    showOutcome(outcome);
    tick();
  });
  order.on("state", (state) => showConnection(byId("connection"), state));
  order.on("publication", ({ data }) => show("·", JSON.stringify(data)));
  void loadTerms(biz);
}

/** Loads the price and the expiry. Without an API key, the response has the expiry only. */
async function loadTerms(/** @type {string} */ biz) {
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
  if (order) showConnection(byId("connection"), order.state);
}

const startOrder = () => (isDevelopment ? newOrder(checkout) : checkout.watch(randomText(32)));

async function start() {
  translatePage();
  showOutcome({ status: "pending" });
  ({ development: isDevelopment } = await health());
  byId("production").hidden = isDevelopment;
  if (isDevelopment) openLaboratory(checkout);
  byId("new-order").addEventListener("click", () => void startOrder());
  addEventListener("hashchange", open);
  setInterval(tick, 250);
  if (BIZ.test(checkout.biz())) open();
  else await startOrder();
}

void start();
