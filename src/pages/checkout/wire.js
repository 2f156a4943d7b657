// What goes over the wire, shown; and a switch that takes this page's network away. Changes nothing of what goes over it.
import { made, tell, word } from "../words.js";

const LINES_MAX = 100;

let offline = false;
/** @type {Set<WebSocket>} Those that are open. */
const sockets = new Set();

/** @param {"↑" | "↓" | "·"} way @param {string} line @param {string} [more] What is seen when the line is opened. */
export function show(way, line, more = "") {
  const text =
    more === "" ? made("code", line) : made("details", made("summary", made("code", line)), made("pre", more));
  tell("wire", LINES_MAX, made("b", way), text);
}

/** A network that is gone: sockets end, new ones end at once, requests fail. @param {boolean} isOffline */
export function setOffline(isOffline) {
  offline = isOffline;
  if (offline) for (const socket of sockets) cut(socket);
  else dispatchEvent(new Event("online")); // as the browser says it when a network comes back
}

function cut(/** @type {WebSocket} */ socket) {
  socket.close();
  socket.dispatchEvent(new CloseEvent("close", { code: 1006 }));
}

/** The browser's WebSocket, for the client to use: each frame is shown. */
export class ShownSocket extends WebSocket {
  /** @param {string} url @param {string[]} protocols */
  constructor(url, protocols) {
    super(url, protocols);
    if (offline) queueMicrotask(() => cut(this));
    else watch(this, new URL(url));
  }

  /** @override @param {string} text */
  send(text) {
    super.send(text);
    show("↑", text);
  }
}

/** @param {WebSocket} socket @param {URL} url */
function watch(socket, { pathname, search }) {
  sockets.add(socket);
  socket.addEventListener("open", () => show("·", `${pathname}${search} ${word("dialled")}`));
  socket.addEventListener("message", ({ data }) => show("↓", String(data)));
  const ended = (/** @type {CloseEvent} */ { code, reason }) => {
    sockets.delete(socket);
    show("·", word("hung", `${code} ${reason}`.trim()));
  };
  socket.addEventListener("close", ended, { once: true });
}

/** The browser's fetch, for the client to use. @param {string} url @param {RequestInit} init */
export async function shownFetch(url, init) {
  if (offline) throw new TypeError("offline");
  const response = await fetch(url, init);
  show("↓", `GET ${new URL(url).pathname} → ${response.status}`, await response.clone().text());
  return response;
}

/** What somebody else sends, a provider or a shop: this page's network has no part in it. @param {string} method @param {string} path @param {Record<string, string>} headers @param {string} body */
export async function deliver(method, path, headers, body) {
  const told = Object.entries(headers).map(([name, value]) => `${name}: ${value}`);
  show("↑", `${method} ${path}`, `${told.join("\n")}\n\n${body}`);
  const delivery = { method, headers, body };
  const response = await fetch(path, delivery);
  show("↓", `${method} ${path} → ${response.status}`, await response.text());
  return response.status;
}
