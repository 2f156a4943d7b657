// What the docs list is what the code has: close codes, reasons, settings. Reads tables and runs nothing.
import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { closeCodes } from "../../src/core/codes.ts";
import { readSettings, type Vars } from "../../src/core/settings.ts";
import { tokenRefusals } from "../../src/core/token.ts";
import { problems } from "../../src/http/problem.ts";

/** The rows under the table head that begins with `columns`, each as the text of its cells without backticks. */
function table(page: string, ...columns: string[]): string[][] {
  const lines = readFileSync(page, "utf8").split("\n").map(cells);
  const head = lines.findIndex((line) => columns.every((column, i) => line[i] === column));
  if (head < 0) return expect.fail(`${page} has no table ${columns.join(" | ")}`);
  const rows = lines.slice(head + 2); // behind the line of dashes
  return rows.slice(
    0,
    rows.findIndex((row) => row.length === 0),
  );
}

const cells = (line: string): string[] =>
  line.startsWith("|")
    ? line
        .split("|")
        .slice(1, -1)
        .map((cell) => cell.trim().replaceAll("`", ""))
    : [];

const statuses = Object.fromEntries(Object.entries(problems).map(([reason, [status]]) => [reason, String(status)]));

describe("docs/protocol.md", () => {
  it("lists every close code with its reason, and no other", () => {
    const documented = table("docs/protocol.md", "code", "reason").map(([code, reason]) => [
      reason || "left",
      Number(code),
    ]);
    expect(Object.fromEntries(documented)).toEqual(closeCodes);
  });

  it("gives each refusal of a connection the status it has", () => {
    const rows = table("docs/protocol.md", "status", "reason");
    expect(rows.map(([, reason]) => reason)).toContain("origin_refused");
    for (const [status, reason = ""] of rows) expect([reason, status]).toEqual([reason, statuses[reason]]);
  });
});

describe("docs/http.md", () => {
  it("lists every reason with its status, and no other", () => {
    const documented = table("docs/http.md", "status", "reason").map(([status, reason]) => [reason, status]);
    expect(Object.fromEntries(documented)).toEqual(statuses);
  });
});

describe("docs/tokens.md", () => {
  it("lists every reason a token is refused for, and no other", () => {
    const documented = table("docs/tokens.md", "reason", "means").map(([reason]) => reason);
    expect(documented).toEqual([...tokenRefusals]);
  });
});

describe("docs/settings.md", () => {
  it("lists every setting that is read, and no other", () => {
    const read = new Set<string>();
    const vars: Vars = new Proxy({}, { get: (_vars, name) => void read.add(String(name)) });
    expect(readSettings(vars)).toMatchObject({ ok: true }); // a bad one would have ended the reading
    const documented = table("docs/settings.md", "setting").map(([setting]) => setting);
    expect(new Set(documented)).toEqual(read);
  });
});
