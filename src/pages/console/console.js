// Starts the console: one plain WebSocket and what went over it, one backend and what it was answered. Keeps no key, comes back to no server.
import { API_KEY, health } from "../development.js";
import { canSign, token } from "../sign.js";
import { field, made, part, showConnection, speak, tell, word, write } from "../words.js";
import { groupOf, itemsOf, positionOf } from "./frames.js";

const FRAMES_MAX = 200;

/** @type {WebSocket | undefined} */
let socket;
let epoch = "";

/** @param {Event} event */
function dial(event) {
  event.preventDefault();
  hangUp();
  const { value: path } = field("path");
  const { value: bearer } = field("token");
  const at = { epoch: field("epoch").value, offset: field("offset").value };
  const query = at.epoch === "" ? "" : `?${new URLSearchParams(at)}`;
  const protocols = [field("mode").value, ...(bearer === "" ? [] : [`belfry.bearer.${bearer}`])];
  try {
    socket = new WebSocket(location.origin.replace(/^http/, "ws") + path + query, protocols);
  } catch (error) {
    return show("·", String(error)); // a bearer that no subprotocol can be: the browser does not quote it
  }
  const dialled = socket;
  show("·", `${path}${query} ${protocols[0]}`);
  showState("connecting");
  dialled.addEventListener("open", () => showState("open"));
  dialled.addEventListener("message", ({ data }) => receive(String(data)));
  dialled.addEventListener("close", ({ code, reason }) => {
    if (socket === dialled) showState("closed", `${code} ${reason}`.trim());
    show("·", word("hung", `${code} ${reason}`.trim()));
  });
}

function hangUp() {
  socket?.close(1000);
}

function receive(/** @type {string} */ text) {
  const at = positionOf(text);
  if (at.epoch !== undefined) epoch = at.epoch;
  if (at.offset !== undefined) Object.assign(field("offset"), { value: String(at.offset) });
  field("epoch").value = epoch;
  const items = itemsOf(text);
  show("↓", text, items.length === 0 ? at.offset : items.map(({ offset }) => offset).join(" "));
}

function send(/** @type {string} */ text) {
  if (socket?.readyState !== WebSocket.OPEN) return;
  socket.send(text);
  show("↑", text);
}

/** @param {"↑" | "↓" | "·"} way @param {string} text @param {number | string} [offset] */
function show(way, text, offset) {
  const position = offset === undefined ? [] : [made("small", `#${offset}`)];
  tell("frames", FRAMES_MAX, made("b", way), made("code", text), ...position);
}

/** @param {"connecting" | "open" | "closed"} name */
function showState(name, reason = "") {
  showConnection(part("connection"), { name, reason });
  part("disconnect").toggleAttribute("disabled", name === "closed");
  part("send").toggleAttribute("disabled", name !== "open");
  for (const button of part("requests").children) button.toggleAttribute("disabled", name !== "open");
}

/** One request with the API key of the form. @param {string} method @param {string} path @param {string} [body] */
async function ask(method, path, body) {
  const headers = { Authorization: `Bearer ${field("key").value}` };
  write(part("answer"), "");
  try {
    const response = await fetch(path, { method, headers, ...(body === undefined ? {} : { body }) });
    write(part("answer-line"), `${method} ${path} → ${response.status}`);
    const answer = await response.json();
    write(part("answer"), JSON.stringify(answer, null, 2));
    return answer;
  } catch {
    write(part("answer-line"), word("answer-none"));
    return {};
  }
}

/** @param {SubmitEvent} event */
async function look(event) {
  event.preventDefault();
  const what = event.submitter?.dataset["look"] ?? "";
  const answer = await ask("GET", `/groups/${field("group").value}${what}`);
  if (!("next_push" in answer)) return;
  write(part("next-push"), answer.next_push === null ? word("next-push-none") : word("next-push", answer.next_push));
}

/** @param {SubmitEvent} event */
async function publish(event) {
  event.preventDefault();
  await ask("POST", `/groups/${field("group").value}/send`, field("event").value);
}

async function makeToken() {
  const { value: group } = field("group");
  field("token").value = await token({ sub: "console", groups: [group], publish: true });
}

async function offerDevelopment() {
  const { development } = await health();
  if (!development) return;
  field("key").value = API_KEY;
  part("make-token").toggleAttribute("hidden", !canSign);
}

speak();
showState("closed");
write(part("connection"), word("not-connected"));
part("dial").addEventListener("submit", dial);
part("disconnect").addEventListener("click", hangUp);
part("make-token").addEventListener("click", () => void makeToken());
part("path").addEventListener("input", () => {
  field("group").value = groupOf(field("path").value);
  field("epoch").value = field("offset").value = epoch = ""; // a position is of one group
});
part("send-form").addEventListener("submit", (event) => {
  event.preventDefault();
  send(field("text").value);
});
for (const button of part("requests").querySelectorAll("button"))
  button.addEventListener("click", () => send(button.dataset["frame"] ?? ""));
part("backend").addEventListener("submit", (event) => void look(event));
part("publish-form").addEventListener("submit", (event) => void publish(event));
void offerDevelopment();
