// Log lines: one line of JSON each, readable in a terminal whatever a stranger sent.
import { expect, it } from "vitest";
import { errorText, logLine } from "../../src/core/log.ts";

const lineOf = (detail: string): string =>
  logLine({ event: "refusal", reason: "unknown_path", group: null, detail, ms: 1 });

it("a line is JSON with the values as they are", () => {
  const detail = 'quotes " and 订单 🧧';
  expect(JSON.parse(lineOf(detail))).toMatchObject({ event: "refusal", detail });
  expect(lineOf(detail)).toContain("订单 🧧");
});

it.each([
  ["a line feed", "\n", "\\n"],
  ["an escape sequence", "\u001b[31m", "\\u001b[31m"],
  ["DEL", "\u007f", "\\u007f"],
  ["a C1 control", "\u009b31m", "\\u009b31m"],
  ["a line separator", "\u2028", "\\u2028"],
  ["a right-to-left override", "\u202e", "\\u202e"],
  ["an isolate", "\u2066", "\\u2066"],
])("%s is escaped, and means the same to a parser", (_what, text, escaped) => {
  expect(lineOf(`a${text}b`)).toContain(`a${escaped}b`);
  expect(JSON.parse(lineOf(`a${text}b`))).toMatchObject({ detail: `a${text}b` });
});

it("an exception is logged without its stack", () => {
  expect(errorText(new RangeError("too far"))).toBe("RangeError: too far");
  expect(errorText(7)).toBe("threw number");
});
