// Who is in the group, as presence, join and leave tell it. Knows no connection.
import { made, part, word, write } from "../words.js";

/** @type {Set<string>} The users that have a name. */
const named = new Set();
let connections = 0;

export const count = () => connections;

/** @param {{ connections: number, members: readonly { sub: string | null }[] }} presence @param {string} self */
export function showPresence({ connections: there, members }, self) {
  named.clear();
  for (const { sub } of members) if (sub !== null) named.add(sub);
  show(there, self);
}

/** @param {"joined" | "left"} what @param {{ sub: string | null, connections: number }} member @param {string} self */
export function showChange(what, { sub, connections: there }, self) {
  if (sub !== null && what === "joined") named.add(sub);
  if (sub !== null && what === "left") named.delete(sub);
  show(there, self);
}

export function showNobody() {
  named.clear();
  part("members").replaceChildren();
  connections = 0;
  write(part("members-title"), word("not-connected"));
}

/** @param {number} there @param {string} self */
function show(there, self) {
  connections = there;
  write(part("members-title"), word("present", there));
  const chips = Array.from(named, (name) => {
    const chip = made("li", name === self ? word("this-tab", name) : name);
    chip.className = name === self ? "self" : "";
    return chip;
  });
  const nameless = there - named.size;
  if (nameless > 0) chips.push(made("li", word("nameless", nameless)));
  part("members").replaceChildren(...chips);
}
