// How a text gets onto a page, in English or Chinese: a page holds its own words in both, phrases.js those that scripts share. Writes no markup.
import { phrases } from "./phrases.js";

const chinese = navigator.language.startsWith("zh");

/** Puts the page into the reader's language: its markup is in English and holds the Chinese of a text in data-zh. */
export function speak() {
  if (!chinese) return;
  document.documentElement.lang = "zh-CN";
  for (const element of document.querySelectorAll("[data-zh]")) element.textContent = element.getAttribute("data-zh");
}

/** The element of the page with this id. */
export function part(/** @type {string} */ id) {
  const element = document.getElementById(id);
  if (element === null) throw new Error(`this page has no #${id}`);
  return element;
}

/** The form field with this id. */
export const field = (/** @type {string} */ id) => /** @type {HTMLInputElement} */ (part(id));

/** A word of the page's own list, else of phrases.js, with the number or name where it has a #. @param {string} name @param {number | string} n */
export function word(name, n = 0) {
  const own = document.getElementById(`word-${name}`);
  const phrase = own?.textContent ?? phrases[name]?.[chinese ? 1 : 0];
  if (phrase === undefined) throw new Error(`nobody has a word for ${name}`);
  return phrase.replace("#", () => String(n));
}

/** Writes a text unless it stands there already: writing it again would undo a reader's selection. */
export function write(/** @type {Element | undefined} */ element, /** @type {string} */ text) {
  if (element && element.textContent !== text) element.textContent = text;
}

/** A new element. @param {string} tag @param {(string | Node)[]} children */
export function made(tag, ...children) {
  const element = document.createElement(tag);
  element.append(...children);
  return element;
}

/**
 * Puts a line with the time of now on top of a list, and drops what is too old.
 * @param {string} id @param {number} max @param {(string | Node)[]} children
 */
export function tell(id, max, ...children) {
  part(id).prepend(made("li", made("time", timeOf(Date.now())), ...children));
  part(id).children[max]?.remove();
}

/** Without a clipboard (another host, no TLS) the text is at least selected. @param {Element} button @param {Element} source */
export async function copy(button, source) {
  getSelection()?.selectAllChildren(source);
  await navigator.clipboard?.writeText(source.textContent ?? "");
  write(button, word(navigator.clipboard ? "copied" : "copy"));
  setTimeout(() => write(button, word("copy")), 1500);
}

/** What became of an order, on its stage. @param {{ status: string, source?: string }} outcome */
export function showOutcome({ status, source }) {
  part("outcome").dataset["status"] = status;
  write(part("outcome-name"), word(status));
  const how = status === "pending" || source === undefined ? "" : ` ${word(`source-${source}`)}`;
  write(part("outcome-meaning"), word(`${status}-means`) + how);
  document.title = `${word(status)} · Belfry`;
}

/** @typedef {{ name: string, until?: number, reason?: string }} State */

export function showConnection(/** @type {HTMLElement} */ element, /** @type {State} */ state) {
  element.dataset["state"] = state.name;
  write(element, stateWord(state));
}

/** An order may be closed, too: that is another word. @param {State} state */
export const stateWord = ({ name, until = 0, reason = "" }) =>
  name === "closed" ? word("closed_for_good", reason) : word(name, secondsUntil(until));

export const timeOf = (/** @type {number} */ ms) => new Date(ms).toLocaleTimeString("en-GB");
export const secondsUntil = (/** @type {number} */ ms) => Math.max(0, Math.ceil((ms - Date.now()) / 1000));

const SYMBOLS = "abcdefghijklmnopqrstuvwxyz234567"; // 32 of them, so that a random byte chooses evenly

/** So many random symbols of a-z 2-7. */
export const randomText = (/** @type {number} */ length) =>
  Array.from(crypto.getRandomValues(new Uint8Array(length)), (byte) => SYMBOLS[byte % 32]).join("");
