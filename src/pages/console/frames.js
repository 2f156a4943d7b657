// Reads the position in a frame and the group in a path, for the console.

/**
 * @typedef {{ readonly epoch?: string | undefined, readonly offset?: number | undefined }} Position
 */

/**
 * Parses a frame of belfry.v1; any other text has no `type`.
 * @returns {{ readonly type?: string, readonly items?: readonly Position[] } & Position}
 */
function read(/** @type {string} */ text) {
  try {
    return Object(JSON.parse(text));
  } catch {
    return {};
  }
}

/** Returns the items of a `publications` frame. */
export const itemsOf = (/** @type {string} */ text) => read(text).items ?? [];

/** Returns the position of the group after this frame. @param {string} text @returns {Position} */
export function positionOf(text) {
  const { type, epoch, offset, items } = read(text);
  if (type === "welcome") return { epoch, offset };
  if (type === "publication") return { offset };
  if (type === "publications") return { offset: items?.at(-1)?.offset };
  return {};
}

/** Returns the group of a path; empty where the server chooses it. */
export function groupOf(/** @type {string} */ path) {
  const [, , consumer = "", name = ""] = path.split("/");
  if (consumer === "channel") return "";
  return name === "" ? consumer : `${consumer}_${name}`;
}
