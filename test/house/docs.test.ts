// Compares tables of the docs with the code: close codes, reasons, limits, metrics and settings.
import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { closeCodes, errorCodes, verdictOf } from "../../src/core/codes.ts";
import {
  encode,
  errorFrame,
  presenceFrame,
  publicationFrame,
  replayFrames,
  welcomeFrame,
} from "../../src/core/frames.ts";
import type { Json } from "../../src/core/json.ts";
import {
  ANONYMOUS_BURST_FACTOR,
  ANONYMOUS_REFILL_SECONDS,
  CONNECTIONS_PER_ADDRESS,
  CONNECTIONS_PER_ADDRESS_AND_ORDER,
  CONNECTIONS_PER_GROUP,
  CONNECTIONS_PER_SUBJECT,
  FAILURES_AT_ONCE,
  FAILURES_PER_SECOND,
  FRAMES_AT_ONCE,
  FRAMES_PER_SECOND,
  HISTORY_MAX,
  MESSAGE_LENGTH,
  PRESENCE_MEMBERS,
  RELAYED_AT_ONCE,
  RELAYED_LENGTH,
  RELAYED_PER_SECOND,
  REQUEST_LENGTH,
  TOKEN_CHARS,
} from "../../src/core/limits.ts";
import { readSettings, type Vars } from "../../src/core/settings.ts";
import { metrics } from "../../src/core/counters.ts";
import { tokenRefusals } from "../../src/core/token.ts";
import { problems } from "../../src/http/problem.ts";

/** The rows of the table whose head begins with `columns`: the cells' texts without backticks. */
function table(page: string, ...columns: string[]): string[][] {
  const lines = readFileSync(page, "utf8").split("\n").map(cells);
  const head = lines.findIndex((line) => columns.every((column, i) => line[i] === column));
  if (head < 0) return expect.fail(`${page} has no table ${columns.join(" | ")}`);
  const rows = lines.slice(head + 2); // after the line of dashes
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
  const page = "docs/protocol.md";
  const codes: Readonly<Record<string, number>> = closeCodes;

  it("lists every close code with its reason and verdict, and no other", () => {
    const rows = table(page, "code", "reason", "what a client should do");
    expect(Object.fromEntries(rows.map(([code, reason]) => [reason || "left", Number(code)]))).toEqual(closeCodes);
    const words = { stay_away: "stay away", back_off: "back off", come_back: "come back now" };
    for (const [code, reason, advice] of rows)
      if (reason !== "")
        expect([reason, advice]).toEqual([reason, expect.stringMatching(`^${words[verdictOf(Number(code))]}`)]);
  });

  it("lists every refusal with a close code, with its status and code", () => {
    const rows = table(page, "reason", "status", "code");
    for (const [reason = "", status, code] of rows) {
      expect([reason, status, code]).toEqual([reason, statuses[reason], String(codes[reason] ?? "")]);
    }
    const listed = new Set(rows.map(([reason]) => reason));
    expect(Object.keys(problems).filter((reason) => reason in codes && !listed.has(reason))).toEqual([]);
  });

  it("lists every error with its code, and no other", () => {
    const rows = table(page, "code", "reason", "temporary");
    const documented = rows.map(([code, reason, temporary]) => [reason, [Number(code), temporary === "yes"]]);
    expect(Object.fromEntries(documented)).toEqual(errorCodes);
  });

  it("shows frames as they are encoded", () => {
    const [, ...blocks] = readFileSync(page, "utf8").split("```json\n");
    const shown = blocks.map((block) => JSON.parse(block.split("```")[0] ?? "") as unknown);
    const at = { epoch: "5f0c9a1e", offset: 17 };
    const data = (value: Json) => ({ at: 0, frame: encode(value) });
    const frames = [
      welcomeFrame({
        channel: "feed_news!0123456789abcdef0123456789abcdef",
        position: at,
        latest: 17,
        recovered: false,
        heartbeat: 25,
        spread: 0,
      }),
      publicationFrame({ data: encode({ title: "Rain" }), position: { ...at, offset: 18 } }),
      ...replayFrames(at.epoch, [
        { offset: 19, ...data(1) },
        { offset: 20, ...data(2) },
      ]),
      presenceFrame("join", [{ sub: "ann", info: { name: "Ann" } }], { connections: 3, users: 2 }),
      presenceFrame(
        "join",
        [
          { sub: "ben", info: null },
          { sub: null, info: null },
        ],
        { connections: 5, users: 3 },
      ),
      errorFrame("bad_request", "what was wrong"),
    ];
    expect(shown).toEqual(frames.map((frame) => JSON.parse(frame) as unknown));
  });

  it("lists every limit with its number", () => {
    const numbers = table(page, "limit", "number").map(([, number = ""]) =>
      number.replaceAll(",", "").match(/\d+/g)?.map(Number),
    );
    expect(numbers).toEqual([
      [MESSAGE_LENGTH, RELAYED_LENGTH],
      [FRAMES_AT_ONCE, FRAMES_PER_SECOND],
      [REQUEST_LENGTH],
      [RELAYED_AT_ONCE, RELAYED_PER_SECOND],
      [PRESENCE_MEMBERS],
      [CONNECTIONS_PER_GROUP],
      [CONNECTIONS_PER_SUBJECT],
      [CONNECTIONS_PER_ADDRESS_AND_ORDER, CONNECTIONS_PER_ADDRESS],
      [ANONYMOUS_BURST_FACTOR * CONNECTIONS_PER_ADDRESS, ANONYMOUS_REFILL_SECONDS],
      [FAILURES_AT_ONCE, FAILURES_PER_SECOND],
      [HISTORY_MAX],
      [TOKEN_CHARS],
    ]);
  });
});

describe("docs/http.md", () => {
  it("lists every reason with its status, and no other", () => {
    const documented = table("docs/http.md", "status", "reason").map(([status, reason]) => [reason, status]);
    expect(Object.fromEntries(documented)).toEqual(statuses);
  });
});

describe("docs/operating.md", () => {
  it("lists every metric, and no other", () => {
    const documented = table("docs/operating.md", "metric").map(([metric]) => metric);
    expect(new Set(documented)).toEqual(new Set(Object.keys(metrics)));
  });
});

describe("docs/tokens.md", () => {
  it("lists every reason of a refused token, and no other", () => {
    const documented = table("docs/tokens.md", "reason", "means").map(([reason]) => reason);
    expect(documented).toEqual([...tokenRefusals]);
  });
});

describe("docs/settings.md", () => {
  it("lists every setting, and no other", () => {
    const read = new Set<string>();
    const vars: Vars = new Proxy({}, { get: (_vars, name) => void read.add(String(name)) });
    expect(readSettings(vars)).toMatchObject({ ok: true }); // an invalid setting would end the reading
    const documented = table("docs/settings.md", "setting").map(([setting]) => setting);
    expect(new Set(documented)).toEqual(read);
  });
});
