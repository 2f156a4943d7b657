// How a text gets onto the page, in English or Chinese: index.html holds every word in both. Decides nothing, writes no markup.

const chinese = navigator.language.startsWith("zh");

/** Puts the page into the reader's language: index.html is in English and holds the Chinese of a text in data-zh. */
export function speak() {
  if (!chinese) return;
  document.documentElement.lang = "zh-CN";
  for (const element of document.querySelectorAll("[data-zh]")) element.textContent = element.getAttribute("data-zh");
}

/** The element of index.html with this id. */
export function part(/** @type {string} */ id) {
  const element = document.getElementById(id);
  if (element === null) throw new Error(`index.html has no #${id}`);
  return element;
}

/** A word of index.html's list, with the number where it has a #. */
export const word = (/** @type {string} */ name, n = 0) =>
  (part(`word-${name}`).textContent ?? "").replace("#", String(n));

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

export const timeOf = (/** @type {number} */ ms) => new Date(ms).toLocaleTimeString("en-GB");
export const secondsUntil = (/** @type {number} */ ms) => Math.max(0, Math.ceil((ms - Date.now()) / 1000));
