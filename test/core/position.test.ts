// Positions: which ones are read, and what a client that comes back with one is told it has missed.
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { publicationId, readPosition, recover, type Position } from "../../src/core/position.ts";

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
  ])("of epoch %j and offset %j is %j", (epoch, offset, position) =>
    expect(readPosition(epoch, offset)).toEqual(position),
  );

  it("is never read from what no group can have told, and never throws", () => {
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

  it("of a publication makes its id, the same every time", () => {
    expect(publicationId("1a2b3c4d", 17)).toBe("1a2b3c4d-17");
  });
});

/** A group that publishes 1, 2, 3 … as time passes, and keeps only the last `size` of them, each for `ttl` ms. */
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
  it("gives back all that was missed, in order and once, or nothing: never a part", () => {
    fc.assert(
      fc.property(history, fc.nat(40), (history, seen) => {
        const { offset, kept, first } = keptBy(history);
        const had = Math.min(seen, offset);
        const { recovered, after } = recover("stream", { epoch: "e", offset: had }, { epoch: "e", offset }, first);
        const gets = kept.map(({ offset }) => offset).filter((each) => each > after);
        expect(recovered ? [...numbers(1, had), ...gets] : gets).toEqual(recovered ? numbers(1, offset) : []);
        // Nor is anything refused that is all there.
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
    ["a position before what is kept", { epoch: "e", offset: 1 }],
  ])("replays nothing for %s", (_what, position) =>
    expect(recover("stream", position, { epoch: "e", offset: 5 }, 3)).toEqual({ recovered: false, after: 5 }),
  );

  it("recovers who has missed nothing, also where nothing is kept", () => {
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
    ["tells its latest to a newcomer", null, { recovered: false, after: 0 }],
    ["tells its latest to who comes from another epoch", { epoch: "f", offset: 5 }, { recovered: false, after: 0 }],
    ["tells its latest to who is ahead of it", { epoch: "e", offset: 6 }, { recovered: false, after: 0 }],
    ["tells its latest to who has missed it", { epoch: "e", offset: 1 }, { recovered: true, after: 1 }],
    ["tells nothing to who has it", { epoch: "e", offset: 5 }, { recovered: true, after: 5 }],
  ])("%s", (_what, position, recovery) => expect(recover("cache", position, group, 6)).toEqual(recovery));
});

it("a group that keeps nothing has nothing to replay", () => {
  const group = { epoch: "e", offset: 0 };
  expect(recover("none", null, group, 1)).toEqual({ recovered: false, after: 0 });
  expect(recover("none", { epoch: "e", offset: 0 }, group, 1)).toEqual({ recovered: true, after: 0 });
});
