// DOM helpers and translations of the pages. A page's markup contains its own texts in both
// languages; phrases.js contains the texts of scripts.
import { phrases } from "./phrases.js";

const chinese = navigator.language.startsWith("zh");

/** Translates the page for Chinese readers: `data-zh` contains the Chinese of an English text. */
export function translatePage() {
  if (!chinese) return;
  document.documentElement.lang = "zh-CN";
  for (const element of document.querySelectorAll("[data-zh]")) element.textContent = element.getAttribute("data-zh");
}

/** Returns the element with this id; throws if there is none. */
export function byId(/** @type {string} */ id) {
  const element = document.getElementById(id);
  if (element === null) throw new Error(`the page has no element #${id}`);
  return element;
}

/** Returns the form field with this id. */
export const inputById = (/** @type {string} */ id) => /** @type {HTMLInputElement} */ (byId(id));

/**
 * Returns a text of the page (an element `word-<name>`) or of phrases.js, with `n` in place of `#`.
 * @param {string} name
 * @param {number | string} n
 */
export function t(name, n = 0) {
  const own = document.getElementById(`word-${name}`);
  const phrase = own?.textContent ?? phrases[name]?.[chinese ? 1 : 0];
  if (phrase === undefined) throw new Error(`there is no text ${name}`);
  return phrase.replace("#", () => String(n));
}

/**
 * Sets the text of an element if it differs: setting it again would clear the reader's selection.
 */
export function write(/** @type {Element | undefined} */ element, /** @type {string} */ text) {
  if (element && element.textContent !== text) element.textContent = text;
}

/** Creates an element. @param {string} tag @param {(string | Node)[]} children */
export function createElement(tag, ...children) {
  const element = document.createElement(tag);
  element.append(...children);
  return element;
}

/**
 * Prepends a line with the current time to a list, and removes lines beyond `max`.
 * @param {string} id
 * @param {number} max
 * @param {(string | Node)[]} children
 */
export function prependLine(id, max, ...children) {
  byId(id).prepend(createElement("li", createElement("time", timeOf(Date.now())), ...children));
  byId(id).children[max]?.remove();
}

/**
 * Selects a text and copies it. Without a clipboard (another host without TLS), it is only
 * selected.
 * @param {Element} button
 * @param {Element} source
 */
export async function copy(button, source) {
  getSelection()?.selectAllChildren(source);
  await navigator.clipboard?.writeText(source.textContent ?? "");
  write(button, t(navigator.clipboard ? "copied" : "copy"));
  setTimeout(() => write(button, t("copy")), 1500);
}

/** Shows the outcome of an order. @param {{ status: string, source?: string }} outcome */
export function showOutcome({ status, source }) {
  byId("outcome").dataset["status"] = status;
  write(byId("outcome-name"), t(status));
  const sourceText = status === "pending" || source === undefined ? "" : ` ${t(`source-${source}`)}`;
  write(byId("outcome-meaning"), t(`${status}-means`) + sourceText);
  document.title = `${t(status)} · Belfry`;
}

/** @typedef {{ name: string, until?: number, reason?: string }} State */

export function showConnection(/** @type {HTMLElement} */ element, /** @type {State} */ state) {
  element.dataset["state"] = state.name;
  write(element, stateText(state));
}

/**
 * The text of a connection's state. `closed` differs from the text of a closed order.
 * @param {State} state
 */
export const stateText = ({ name, until = 0, reason = "" }) =>
  name === "closed" ? t("closed_for_good", reason) : t(name, secondsUntil(until));

export const timeOf = (/** @type {number} */ ms) => new Date(ms).toLocaleTimeString("en-GB");
export const secondsUntil = (/** @type {number} */ ms) => Math.max(0, Math.ceil((ms - Date.now()) / 1000));

const SYMBOLS = "abcdefghijklmnopqrstuvwxyz234567"; // 32 symbols, so that a random byte selects each equally often

/** Returns `length` random symbols of a-z and 2-7. */
export const randomText = (/** @type {number} */ length) =>
  Array.from(crypto.getRandomValues(new Uint8Array(length)), (byte) => SYMBOLS[byte % 32]).join("");
