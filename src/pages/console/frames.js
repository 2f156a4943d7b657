// What the console reads in a frame and in a path: a position, the group. Touches no element.

/** @typedef {{ readonly epoch?: string | undefined, readonly offset?: number | undefined }} Position */

/** A frame of belfry.v1; any other has no type that is known here. @returns {{ readonly type?: string, readonly items?: readonly Position[] } & Position} */
function read(/** @type {string} */ text) {
  try {
    return Object(JSON.parse(text));
  } catch {
    return {};
  }
}

/** The publications of a frame that has several. */
export const itemsOf = (/** @type {string} */ text) => read(text).items ?? [];

/** Where the group stands, as this frame tells it. @param {string} text @returns {Position} */
export function positionOf(text) {
  const { type, epoch, offset, items } = read(text);
  if (type === "welcome") return { epoch, offset };
  if (type === "publication") return { offset };
  if (type === "publications") return { offset: items?.at(-1)?.offset };
  return {};
}

/** The group that a path leads to; empty where only the server knows. */
export function groupOf(/** @type {string} */ path) {
  const [, , consumer = "", name = ""] = path.split("/");
  if (consumer === "channel") return "";
  return name === "" ? consumer : `${consumer}_${name}`;
}
