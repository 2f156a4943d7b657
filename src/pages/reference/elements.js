// Creates elements of the reference: elements with attributes, prose with code, and code to copy.
import { copy, t } from "../words.js";

/**
 * Creates an element with attributes.
 * @param {string} tag
 * @param {Record<string, string>} attributes
 * @param {(string | Node)[]} children
 */
export function element(tag, attributes, ...children) {
  const created = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) created.setAttribute(name, value);
  created.append(...children);
  return created;
}

/** Converts text between backticks to `code` elements. */
export const inline = (/** @type {string} */ text) =>
  text.split("`").map((part, i) => (i % 2 === 1 ? element("code", {}, part) : part));

/** Converts text to paragraphs, with `inline` code. */
export const prose = (/** @type {string} */ text) =>
  text.split("\n\n").map((paragraph) => element("p", { lang: "en" }, ...inline(paragraph)));

/**
 * Creates a heading with a link to itself.
 * @param {string} tag
 * @param {string} id
 * @param {(string | Node)[]} children
 */
export const heading = (tag, id, ...children) =>
  element(tag, { id }, element("a", { href: `#${id}`, class: "anchor" }, ...children));

/** A name with line breaks allowed after underscores. */
export const named = (/** @type {string} */ name) =>
  element("code", {}, ...name.split(/(?<=_)/).flatMap((part) => [part, document.createElement("wbr")]));

/**
 * Creates a scrollable box of code with a label and a copy button.
 * @param {string} label
 * @param {string} text
 */
export function code(label, text) {
  const button = element("button", { type: "button", "aria-label": `${t("copy")}: ${label}` }, t("copy"));
  const pre = element("pre", { tabindex: "0", "aria-label": label, lang: "en" }, element("code", {}, text));
  button.addEventListener("click", () => void copy(button, pre));
  return element("figure", {}, element("figcaption", {}, label), pre, button);
}

/**
 * Creates a table with column and row headers.
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
