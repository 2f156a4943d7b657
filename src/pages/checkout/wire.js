// Logs the page's network traffic, and simulates the loss of the network.
import { createElement, prependLine, t } from "../words.js";

const LINES_MAX = 100;

let offline = false;
/** @type {Set<WebSocket>} The open sockets. */
const sockets = new Set();

/**
 * @param {"↑" | "↓" | "·"} way
 * @param {string} line
 * @param {string} [more] The text of the unfolded line.
 */
export function show(way, line, more = "") {
  const text =
    more === ""
      ? createElement("code", line)
      : createElement("details", createElement("summary", createElement("code", line)), createElement("pre", more));
  prependLine("wire", LINES_MAX, createElement("b", way), text);
}

/**
 * Offline, all sockets are closed, new ones close at once, and requests fail.
 * @param {boolean} isOffline
 */
export function setOffline(isOffline) {
  offline = isOffline;
  if (offline) for (const socket of sockets) disconnect(socket);
  else dispatchEvent(new Event("online")); // as browsers do when the network is back
}

function disconnect(/** @type {WebSocket} */ socket) {
  socket.close();
  socket.dispatchEvent(new CloseEvent("close", { code: 1006 }));
}

/** The browser's WebSocket, with each frame logged. */
export class LoggedSocket extends WebSocket {
  /** @param {string} url @param {string[]} protocols */
  constructor(url, protocols) {
    super(url, protocols);
    if (offline) queueMicrotask(() => disconnect(this));
    else logSocket(this, new URL(url));
  }

  /** @override @param {string} text */
  send(text) {
    super.send(text);
    show("↑", text);
  }
}

/** @param {WebSocket} socket @param {URL} url */
function logSocket(socket, { pathname, search }) {
  sockets.add(socket);
  socket.addEventListener("open", () => show("·", `${pathname}${search} ${t("dialled")}`));
  socket.addEventListener("message", ({ data }) => show("↓", String(data)));
  const ended = (/** @type {CloseEvent} */ { code, reason }) => {
    sockets.delete(socket);
    show("·", t("hung", `${code} ${reason}`.trim()));
  };
  socket.addEventListener("close", ended, { once: true });
}

/** The browser's fetch, with each response logged. @param {string} url @param {RequestInit} init */
export async function loggedFetch(url, init) {
  if (offline) throw new TypeError("offline");
  const response = await fetch(url, init);
  show("↓", `GET ${new URL(url).pathname} → ${response.status}`, await response.clone().text());
  return response;
}

/**
 * Sends a request of a provider or a shop, even while the page is offline.
 * @param {string} method
 * @param {string} path
 * @param {Record<string, string>} headers
 * @param {string} body
 */
export async function deliver(method, path, headers, body) {
  const headerLines = Object.entries(headers).map(([name, value]) => `${name}: ${value}`);
  show("↑", `${method} ${path}`, `${headerLines.join("\n")}\n\n${body}`);
  const delivery = { method, headers, body };
  const response = await fetch(path, delivery);
  show("↓", `${method} ${path} → ${response.status}`, await response.text());
  return response.status;
}
