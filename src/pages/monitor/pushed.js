// What a pushed frame is worth on the chart. Touches no element.

/** The articles' push is a time; its value is how long the one before is past. Anything else is worth the first number in it. */
export function gauge() {
  /** @type {number | null} */
  let before = null;
  return {
    /** @param {unknown} frame @param {number} now @returns {number | null} */
    valueOf(frame, now) {
      if (!isTimePush(frame)) return firstNumber(frame);
      const seconds = before === null ? null : (now - before) / 1000;
      before = now;
      return seconds;
    },
    /** After a pause there is nothing before. */
    forget() {
      before = null;
    },
  };
}

/** @param {unknown} frame @returns {frame is { data: string }} */
const isTimePush = (frame) => Object(frame).type === "result" && typeof Object(frame).data === "string";

/** @param {unknown} value @returns {number | null} */
function firstNumber(value) {
  if (typeof value === "number") return value;
  for (const inner of Object.values(Object(value))) {
    const found = firstNumber(typeof inner === "string" ? null : inner);
    if (found !== null) return found;
  }
  return null;
}
