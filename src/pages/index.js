// Starts the page and shows its order: the outcome, the connection, the relayed texts. Never takes a text for an outcome.
import { connect } from "/client.js";
import { startAlarm } from "./alarm.js";
import { copy, made, part, randomText, showConnection, showOutcome, speak, tell, write } from "./words.js";

const TEXTS_MAX = 20;

const client = connect(location.origin);
/** @type {ReturnType<typeof client.order> | undefined} */
let order;

/** Watches the order of the address, or a fresh one that the address keeps from now on. */
function watchOrder() {
  if (!/^#[a-z0-9]{32}$/.test(location.hash)) history.replaceState(null, "", `#${randomText(32)}`);
  const biz = location.hash.slice(1);
  order?.close();
  write(part("biz"), biz);
  write(part("command-paid"), `npm run callback -- ${biz}`);
  write(part("command-failed"), `npm run callback -- ${biz} --failed`);
  part("texts").replaceChildren();
  showOutcome({ status: "pending" });
  order = client.order(biz);
  order.on("status", ({ status }) => showOutcome({ status }));
  order.on("state", showState);
  order.on("publication", ({ data }) => showText(typeof data === "string" ? data : JSON.stringify(data)));
}

function showText(/** @type {string} */ text) {
  tell("texts", TEXTS_MAX, made("span", text));
}

function showState() {
  if (order) showConnection(part("order-connection"), order.state);
}

function sendText(/** @type {Event} */ event) {
  event.preventDefault();
  const input = /** @type {HTMLInputElement} */ (part("text"));
  if (order?.state.name !== "open" || input.value === "") return;
  order.publish(input.value).catch(() => undefined); // lost on its way, or not: who writes sees whether it came back
  input.value = "";
}

speak();
part("new-order").addEventListener("click", () => (location.hash = randomText(32)));
part("text-form").addEventListener("submit", sendText);
for (const button of document.querySelectorAll("[data-copies]"))
  button.addEventListener("click", () => void copy(button, part(button.getAttribute("data-copies") ?? "")));
addEventListener("hashchange", watchOrder);
setInterval(showState, 250);
watchOrder();
startAlarm();
