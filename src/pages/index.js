// Starts the home page: shows its order with the outcome, the connection and the relayed texts.
import { connect } from "/client.js";
import { startAlarm } from "./alarm.js";
import {
  copy,
  createElement,
  byId,
  randomText,
  showConnection,
  showOutcome,
  translatePage,
  prependLine,
  write,
} from "./words.js";

const TEXTS_MAX = 20;

const client = connect(location.origin);
/** @type {ReturnType<typeof client.order> | undefined} */
let order;

/** Watches the order in the address. Without one, puts a new order id there. */
function watchOrder() {
  if (!/^#[a-z0-9]{32}$/.test(location.hash)) history.replaceState(null, "", `#${randomText(32)}`);
  const biz = location.hash.slice(1);
  order?.close();
  write(byId("biz"), biz);
  write(byId("command-paid"), `npm run callback -- ${biz}`);
  write(byId("command-failed"), `npm run callback -- ${biz} --failed`);
  byId("texts").replaceChildren();
  showOutcome({ status: "pending" });
  order = client.order(biz);
  order.on("status", ({ status }) => showOutcome({ status }));
  order.on("state", showState);
  order.on("publication", ({ data }) => showText(typeof data === "string" ? data : JSON.stringify(data)));
}

function showText(/** @type {string} */ text) {
  prependLine("texts", TEXTS_MAX, createElement("span", text));
}

function showState() {
  if (order) showConnection(byId("order-connection"), order.state);
}

function sendText(/** @type {Event} */ event) {
  event.preventDefault();
  const input = /** @type {HTMLInputElement} */ (byId("text"));
  if (order?.state.name !== "open" || input.value === "") return;
  order.publish(input.value).catch(() => undefined); // the writer sees whether the text is relayed
  input.value = "";
}

translatePage();
byId("new-order").addEventListener("click", () => (location.hash = randomText(32)));
byId("text-form").addEventListener("submit", sendText);
for (const button of document.querySelectorAll("[data-copies]"))
  button.addEventListener("click", () => void copy(button, byId(button.getAttribute("data-copies") ?? "")));
addEventListener("hashchange", watchOrder);
setInterval(showState, 250);
watchOrder();
startAlarm();
