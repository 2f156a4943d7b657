// Computes the chart value of a pushed frame.

/**
 * Returns a reader of chart values. A push of the articles is a time: its value is the seconds
 * since the previous push. The value of any other frame is its first number.
 */
export function valueReader() {
  /** @type {number | null} */
  let previousAt = null;
  return {
    /** @param {unknown} frame @param {number} now @returns {number | null} */
    valueOf(frame, now) {
      if (!isTimePush(frame)) return firstNumber(frame);
      const seconds = previousAt === null ? null : (now - previousAt) / 1000;
      previousAt = now;
      return seconds;
    },
    /** Starts over after an interruption. */
    reset() {
      previousAt = null;
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
