// Parsing of positions, and recovery of a client that reconnects with one.
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { positionBefore, publicationId, readPosition, recover, type Position } from "../../src/core/position.ts";

describe("a position", () => {
  it.each<[string | null, string | null, Position | null]>([
    ["1a2b3c4d", "0", { epoch: "1a2b3c4d", offset: 0 }],
    ["1a2b3c4d", "17", { epoch: "1a2b3c4d", offset: 17 }],
    ["z", "999999999999999", { epoch: "z", offset: 999_999_999_999_999 }],
    [null, "1", null],
    ["1a2b3c4d", null, null],
    ["", "1", null],
    ["1A2B3C4D", "1", null],
    ["a".repeat(33), "1", null],
    ["1a2b-3c4d", "1", null],
    ["1a2b3c4d", "", null],
    ["1a2b3c4d", "-1", null],
    ["1a2b3c4d", "01", null],
    ["1a2b3c4d", "1.0", null],
    ["1a2b3c4d", "1e3", null],
    ["1a2b3c4d", " 1", null],
    ["1a2b3c4d", "1\n", null],
    ["1a2b3c4d", "٣", null],
    ["1a2b3c4d", "NaN", null],
    ["1a2b3c4d", "1000000000000000", null],
  ])("with epoch %j and offset %j parses to %j", (epoch, offset, position) =>
    expect(readPosition(epoch, offset)).toEqual(position),
  );

  it("parses without throwing, and only to the exact input", () => {
    fc.assert(
      fc.property(fc.string(), fc.string(), (epoch, offset) => {
        const position = readPosition(epoch, offset);
        if (position === null) return;
        expect(position.epoch).toBe(epoch);
        expect(String(position.offset)).toBe(offset);
        expect(Number.isSafeInteger(position.offset)).toBe(true);
      }),
    );
  });

  it("determines the id of its publication", () => {
    expect(publicationId("1a2b3c4d", 17)).toBe("1a2b3c4d-17");
  });
});

/** A group that publishes 1, 2, 3 … over time, and stores the last `size`, each for `ttl` ms. */
const history = fc.record({
  size: fc.integer({ min: 1, max: 20 }),
  ttl: fc.integer({ min: 1, max: 1000 }),
  pauses: fc.array(fc.integer({ min: 0, max: 300 }), { maxLength: 40 }),
  after: fc.integer({ min: 0, max: 1200 }),
});

function keptBy({ size, ttl, pauses, after }: typeof history extends fc.Arbitrary<infer History> ? History : never) {
  let now = 0;
  const all = pauses.map((pause, i) => ({ offset: i + 1, at: (now += pause) }));
  now += after;
  const kept = all.slice(-size).filter(({ at }) => at > now - ttl);
  return { offset: all.length, kept, first: kept[0]?.offset ?? all.length + 1 };
}

const numbers = (from: number, to: number): number[] => Array.from({ length: to - from + 1 }, (_, i) => from + i);

describe("a stream", () => {
  it("recovers all missed publications in order and once, or none of them", () => {
    fc.assert(
      fc.property(history, fc.nat(40), (history, seen) => {
        const { offset, kept, first } = keptBy(history);
        const had = Math.min(seen, offset);
        const { recovered, after } = recover("stream", { epoch: "e", offset: had }, { epoch: "e", offset }, first);
        const gets = kept.map(({ offset }) => offset).filter((each) => each > after);
        expect(recovered ? [...numbers(1, had), ...gets] : gets).toEqual(recovered ? numbers(1, offset) : []);
        // A complete range is always recovered.
        const missed = numbers(had + 1, offset);
        expect(recovered).toBe(missed.every((each) => kept.some(({ offset }) => offset === each)));
      }),
      { numRuns: 1000 },
    );
  });

  it.each<[string, Position | null]>([
    ["no position", null],
    ["a position of another epoch", { epoch: "f", offset: 5 }],
    ["a position ahead of the group", { epoch: "e", offset: 6 }],
    ["a position before the stored range", { epoch: "e", offset: 1 }],
  ])("replays nothing for %s", (_what, position) =>
    expect(recover("stream", position, { epoch: "e", offset: 5 }, 3)).toEqual({ recovered: false, after: 5 }),
  );

  it("recovers a client that has missed nothing, even with an empty history", () => {
    expect(recover("stream", { epoch: "e", offset: 5 }, { epoch: "e", offset: 5 }, 6)).toMatchObject({
      recovered: true,
    });
    expect(recover("stream", { epoch: "e", offset: 0 }, { epoch: "e", offset: 0 }, 1)).toMatchObject({
      recovered: true,
    });
  });
});

describe("a cache", () => {
  const group = { epoch: "e", offset: 5 };
  it.each<[string, Position | null, object]>([
    ["sends its latest publication to a new client", null, { recovered: false, after: 0 }],
    [
      "sends its latest publication to a client of another epoch",
      { epoch: "f", offset: 5 },
      { recovered: false, after: 0 },
    ],
    ["sends its latest publication to a client ahead of it", { epoch: "e", offset: 6 }, { recovered: false, after: 0 }],
    [
      "sends its latest publication to a client that missed it",
      { epoch: "e", offset: 1 },
      { recovered: true, after: 1 },
    ],
    ["sends nothing to a client that has it", { epoch: "e", offset: 5 }, { recovered: true, after: 5 }],
  ])("%s", (_what, position, recovery) => expect(recover("cache", position, group, 6)).toEqual(recovery));
});

it("a group without a history replays nothing", () => {
  const group = { epoch: "e", offset: 0 };
  expect(recover("none", null, group, 1)).toEqual({ recovered: false, after: 0 });
  expect(recover("none", { epoch: "e", offset: 0 }, group, 1)).toEqual({ recovered: true, after: 0 });
});

describe("the position before missed publications", () => {
  const group = { epoch: "e", offset: 7 };
  it("is the group's own without any", () => expect(positionBefore(group, [])).toEqual(group));
  it("is one before the first of them", () => {
    const missed = [5, 6, 7].map((offset) => ({ offset, at: 0, frame: "1" }));
    expect(positionBefore(group, missed)).toEqual({ epoch: "e", offset: 4 });
    expect(positionBefore(group, missed.slice(2))).toEqual({ epoch: "e", offset: 6 });
  });
});
