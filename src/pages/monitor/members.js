// Renders the members of the group from presence, join and leave.
import { createElement, byId, t, write } from "../words.js";

/** @type {Set<string>} Users with a name. */
const named = new Set();
let connections = 0;

export const count = () => connections;

/**
 * @param {{ connections: number, members: readonly { sub: string | null }[] }} presence
 * @param {string} self
 */
export function showPresence({ connections: total, members }, self) {
  named.clear();
  for (const { sub } of members) if (sub !== null) named.add(sub);
  show(total, self);
}

/**
 * @param {"joined" | "left"} change
 * @param {{ sub: string | null, connections: number }} member
 * @param {string} self
 */
export function showChange(change, { sub, connections: total }, self) {
  if (sub !== null && change === "joined") named.add(sub);
  if (sub !== null && change === "left") named.delete(sub);
  show(total, self);
}

export function showNobody() {
  named.clear();
  byId("members").replaceChildren();
  connections = 0;
  write(byId("members-title"), t("not-connected"));
}

/** @param {number} total @param {string} self */
function show(total, self) {
  connections = total;
  write(byId("members-title"), t("present", total));
  const chips = Array.from(named, (name) => {
    const chip = createElement("li", name === self ? t("this-tab", name) : name);
    chip.className = name === self ? "self" : "";
    return chip;
  });
  const nameless = total - named.size;
  if (nameless > 0) chips.push(createElement("li", t("nameless", nameless)));
  byId("members").replaceChildren(...chips);
}
