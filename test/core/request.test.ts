// Parsing of belfry.v1 requests, and the errors for invalid ones.
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { encode } from "../../src/core/frames.ts";
import { parseRequest, type ClientRequest } from "../../src/core/request.ts";

describe("a request", () => {
  it.each<[string, ClientRequest]>([
    ['{"id":1,"type":"ping"}', { id: 1, type: "ping" }],
    ['{"id":-9007199254740991,"type":"ping"}', { id: -9007199254740991, type: "ping" }],
    ['{"type":"presence","id":"a"}', { id: "a", type: "presence" }],
    [`{"type":"ping","id":"${"x".repeat(64)}"}`, { id: "x".repeat(64), type: "ping" }],
    ['{"id":1,"type":"history"}', { id: 1, type: "history", after: 0, limit: 100 }],
    ['{"id":1,"type":"history","after":7,"limit":1000}', { id: 1, type: "history", after: 7, limit: 1000 }],
    ['{"id":1,"type":"refresh","token":""}', { id: 1, type: "refresh", token: "" }],
    ['{"id":1,"type":"ping","more":{"is":"ignored"}}', { id: 1, type: "ping" }],
  ])("parses %s", (text, value) => expect(parseRequest(text)).toEqual({ ok: true, value }));

  it.each<[string, unknown]>([
    ['{"id":1,"type":"publish","data":null}', null],
    ['{"id":1,"type":"publish","data":{"a":[1]}}', { a: [1] }],
  ])("to publish has its data: %s", (text, data) => {
    const request = parseRequest(text);
    if (!request.ok || request.value.type !== "publish") return expect.fail("not read");
    expect([request.value.data, request.value.exactData()]).toEqual([data, { ok: true, value: data }]);
  });

  it("has at most 4,352 characters, except to publish", () => {
    const padded = (type: string, length: number) => {
      const text = `{"id":1,"type":"${type}","data":1,"pad":""}`;
      return text.replace('""', `"${"x".repeat(length - text.length)}"`);
    };
    expect(parseRequest(padded("ping", 4352))).toMatchObject({ ok: true });
    expect(parseRequest(padded("ping", 4353))).toEqual({
      ok: false,
      reason: { id: 1, message: "a request other than publish has at most 4352 characters" },
    });
    expect(parseRequest(padded("publish", 100_000))).toMatchObject({ ok: true });
  });

  it("to publish data nested too deeply has no exact data", () => {
    const request = parseRequest(`{"id":1,"type":"publish","data":${"[".repeat(50_000)}1.0${"]".repeat(50_000)}}`);
    if (!request.ok || request.value.type !== "publish") return expect.fail("not read");
    expect(request.value.exactData()).toEqual({ ok: false, reason: "data is nested too deeply" });
  });

  it("keeps the source text of numbers in published data", () => {
    const request = parseRequest('{"id":1,"type":"publish","data":{"n":12345678901234567890,"x":2.0}}');
    if (!request.ok || request.value.type !== "publish") return expect.fail("not read");
    const exact = request.value.exactData();
    expect(exact.ok && encode(exact.value)).toBe('{"n":12345678901234567890,"x":2.0}');
  });
});

describe("an invalid request", () => {
  const noId = [
    null,
    "",
    "ping",
    "null",
    "[]",
    '"ping"',
    "7",
    "{}",
    '{"type":"ping"}',
    '{"type":"ping","id":null}',
    '{"type":"ping","id":""}',
    '{"type":"ping","id":1.5}',
    '{"type":"ping","id":9007199254740993}',
    '{"type":"ping","id":{}}',
    '{"type":"ping","id":true}',
    `{"type":"ping","id":"${"x".repeat(65)}"}`,
    '{"type":"ping","id":1',
    "[".repeat(30_000),
  ];
  it.each(noId)("without a usable id is reported without an id: %s", (text) =>
    expect(parseRequest(text)).toEqual({ ok: false, reason: { id: null, message: expect.any(String) } }),
  );

  it.each([
    ['{"id":1}', "type"],
    ['{"id":1,"type":7}', "type"],
    ['{"id":1,"type":"PING"}', "type"],
    ['{"id":1,"type":"toString"}', "type"],
    ['{"id":1,"type":"__proto__"}', "type"],
    ['{"id":1,"type":"heartbeat"}', "type"],
    ['{"id":1,"type":"history","after":-1}', "after"],
    ['{"id":1,"type":"history","after":"7"}', "after"],
    ['{"id":1,"type":"history","after":1.5}', "after"],
    ['{"id":1,"type":"history","limit":0}', "limit"],
    ['{"id":1,"type":"history","limit":1001}', "limit"],
    ['{"id":1,"type":"publish"}', "data"],
    ['{"id":1,"type":"refresh"}', "token"],
    ['{"id":1,"type":"refresh","token":7}', "token"],
  ])("is reported with its id and the invalid field: %s", (text, what) =>
    expect(parseRequest(text)).toEqual({ ok: false, reason: { id: 1, message: expect.stringContaining(what) } }),
  );

  it("is reported without throwing, for any text", () => {
    const near = fc.record(
      { id: fc.jsonValue(), type: fc.oneof(fc.string(), fc.constantFrom("history", "publish")), after: fc.jsonValue() },
      { requiredKeys: [] },
    );
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          fc.json(),
          near.map((value) => JSON.stringify(value)),
        ),
        (text) => {
          const request = parseRequest(text);
          if (!request.ok) expect(request.reason.message).not.toBe("");
        },
      ),
      { numRuns: 500 },
    );
  });
});
