// How the reference's parts are made: elements with attributes, prose with code in it, code that can be copied. Knows no document.
import { copy, word } from "../words.js";

/**
 * A new element.
 * @param {string} tag
 * @param {Record<string, string>} attributes
 * @param {(string | Node)[]} children
 */
export function element(tag, attributes, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  made.append(...children);
  return made;
}

/** Text in which `code` stands between backticks. */
export const inline = (/** @type {string} */ text) =>
  text.split("`").map((part, i) => (i % 2 === 1 ? element("code", {}, part) : part));

/** Paragraphs of such text. */
export const prose = (/** @type {string} */ text) =>
  text.split("\n\n").map((paragraph) => element("p", { lang: "en" }, ...inline(paragraph)));

/**
 * A heading that can be linked to.
 * @param {string} tag
 * @param {string} id
 * @param {(string | Node)[]} children
 */
export const heading = (tag, id, ...children) =>
  element(tag, { id }, element("a", { href: `#${id}`, class: "anchor" }, ...children));

/** A name that may break after its underscores. */
export const named = (/** @type {string} */ name) =>
  element("code", {}, ...name.split(/(?<=_)/).flatMap((part) => [part, document.createElement("wbr")]));

/**
 * Code in a box that scrolls, under its label, and a button that copies it.
 * @param {string} label
 * @param {string} text
 */
export function code(label, text) {
  const button = element("button", { type: "button", "aria-label": `${word("copy")}: ${label}` }, word("copy"));
  const pre = element("pre", { tabindex: "0", "aria-label": label, lang: "en" }, element("code", {}, text));
  button.addEventListener("click", () => void copy(button, pre));
  return element("figure", {}, element("figcaption", {}, label), pre, button);
}

/**
 * A table with its heads.
 * @param {string} labelledBy
 * @param {string[]} heads
 * @param {(string | Node)[][]} rows
 */
export function table(labelledBy, heads, rows) {
  const head = element("tr", {}, ...heads.map((text) => element("th", { scope: "col" }, text)));
  const body = rows.map(([first = "", ...rest]) =>
    element("tr", {}, element("th", { scope: "row" }, first), ...rest.map((cell) => element("td", {}, cell))),
  );
  return element("table", { "aria-labelledby": labelledBy }, element("thead", {}, head), element("tbody", {}, ...body));
}
