// Starts the console: one WebSocket with its frames, and requests of a backend with their
// responses.
import { API_KEY, health } from "../development.js";
import { token } from "../sign.js";
import { inputById, createElement, byId, showConnection, translatePage, prependLine, t, write } from "../words.js";
import { groupOf, itemsOf, positionOf } from "./frames.js";

const FRAMES_MAX = 200;

/** @type {WebSocket | undefined} */
let socket;
let epoch = "";

/** @param {Event} event */
function dial(event) {
  event.preventDefault();
  disconnect();
  const { value: path } = inputById("path");
  const { value: bearer } = inputById("token");
  const position = { epoch: inputById("epoch").value, offset: inputById("offset").value };
  const query = position.epoch === "" ? "" : `?${new URLSearchParams(position)}`;
  const protocols = [inputById("mode").value, ...(bearer === "" ? [] : [`belfry.bearer.${bearer}`])];
  try {
    socket = new WebSocket(location.origin.replace(/^http/, "ws") + path + query, protocols);
  } catch (error) {
    return show("·", String(error)); // an invalid subprotocol; browsers do not quote the token
  }
  const opened = socket;
  show("·", `${path}${query} ${protocols[0]}`);
  showState("connecting");
  opened.addEventListener("open", () => showState("open"));
  opened.addEventListener("message", ({ data }) => receive(String(data)));
  opened.addEventListener("close", ({ code, reason }) => {
    if (socket === opened) showState("closed", `${code} ${reason}`.trim());
    show("·", t("hung", `${code} ${reason}`.trim()));
  });
}

function disconnect() {
  socket?.close(1000);
}

function receive(/** @type {string} */ text) {
  const position = positionOf(text);
  if (position.epoch !== undefined) epoch = position.epoch;
  if (position.offset !== undefined) inputById("offset").value = String(position.offset);
  inputById("epoch").value = epoch;
  const items = itemsOf(text);
  show("↓", text, items.length === 0 ? position.offset : items.map(({ offset }) => offset).join(" "));
}

function send(/** @type {string} */ text) {
  if (socket?.readyState !== WebSocket.OPEN) return;
  socket.send(text);
  show("↑", text);
}

/** @param {"↑" | "↓" | "·"} way @param {string} text @param {number | string} [offset] */
function show(way, text, offset) {
  const offsetLabel = offset === undefined ? [] : [createElement("small", `#${offset}`)];
  prependLine("frames", FRAMES_MAX, createElement("b", way), createElement("code", text), ...offsetLabel);
}

/** @param {"connecting" | "open" | "closed"} name */
function showState(name, reason = "") {
  showConnection(byId("connection"), { name, reason });
  byId("disconnect").toggleAttribute("disabled", name === "closed");
  byId("send").toggleAttribute("disabled", name !== "open");
  for (const button of byId("requests").children) button.toggleAttribute("disabled", name !== "open");
}

/**
 * Sends a request with the API key of the form.
 * @param {string} method
 * @param {string} path
 * @param {string} [body]
 */
async function request(method, path, body) {
  const headers = { Authorization: `Bearer ${inputById("key").value}` };
  write(byId("answer"), "");
  try {
    const response = await fetch(path, { method, headers, ...(body === undefined ? {} : { body }) });
    write(byId("answer-line"), `${method} ${path} → ${response.status}`);
    const answer = await response.json();
    write(byId("answer"), JSON.stringify(answer, null, 2));
    return answer;
  } catch {
    write(byId("answer-line"), t("answer-none"));
    return {};
  }
}

/** @param {SubmitEvent} event */
async function inspect(event) {
  event.preventDefault();
  const subpath = event.submitter?.dataset["look"] ?? "";
  const answer = await request("GET", `/groups/${inputById("group").value}${subpath}`);
  if (!("next_push" in answer)) return;
  write(byId("next-push"), answer.next_push === null ? t("next-push-none") : t("next-push", answer.next_push));
}

/** @param {SubmitEvent} event */
async function publish(event) {
  event.preventDefault();
  await request("POST", `/groups/${inputById("group").value}/send`, inputById("event").value);
}

async function makeToken() {
  const { value: group } = inputById("group");
  inputById("token").value = await token({ sub: "console", groups: [group], publish: true });
}

async function fillDevelopmentKey() {
  const { development } = await health();
  if (!development) return;
  inputById("key").value = API_KEY;
  byId("make-token").hidden = false;
}

translatePage();
showState("closed");
write(byId("connection"), t("not-connected"));
byId("dial").addEventListener("submit", dial);
byId("disconnect").addEventListener("click", disconnect);
byId("make-token").addEventListener("click", () => void makeToken());
byId("path").addEventListener("input", () => {
  inputById("group").value = groupOf(inputById("path").value);
  inputById("epoch").value = inputById("offset").value = epoch = ""; // a position belongs to one group
});
byId("send-form").addEventListener("submit", (event) => {
  event.preventDefault();
  send(inputById("text").value);
});
for (const button of byId("requests").querySelectorAll("button"))
  button.addEventListener("click", () => send(button.dataset["frame"] ?? ""));
byId("backend").addEventListener("submit", (event) => void inspect(event));
byId("publish-form").addEventListener("submit", (event) => void publish(event));
void fillDevelopmentKey();
