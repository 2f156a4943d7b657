// The wire format of belfry.v1, frame by frame, and the split of a replay into frames.
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  encode,
  errorFrame,
  errorReplyFrame,
  HEARTBEAT,
  complaintFrame,
  orderFrame,
  pingFrame,
  presenceFrame,
  publicationFrame,
  replayFrames,
  replyFrame,
  resultFrame,
  skippedFrame,
  welcomeFrame,
} from "../../src/core/frames.ts";
import type { Json } from "../../src/core/json.ts";
import { REPLAY_LENGTH } from "../../src/core/limits.ts";
import type { Publication } from "../../src/core/position.ts";

const position = { epoch: "1a2b3c4d", offset: 7 };

describe("frame", () => {
  it.each<[string, string, string]>([
    ["plain result", encode(resultFrame("12:00")), '{"type":"result","data":"12:00"}'],
    ["plain time", encode(pingFrame("12:00")), '{"type":"ping","data":"12:00"}'],
    ["plain error", encode(complaintFrame("no JSON")), '{"type":"error","data":"no JSON"}'],
    ["plain outcome", encode(orderFrame("b", "refunded")), '{"biz":"b","paid":false,"status":"refunded"}'],
    [
      "welcome",
      welcomeFrame({ channel: "feed_x!1", position, latest: 9, recovered: true, heartbeat: 25, spread: 3 }),
      '{"type":"welcome","channel":"feed_x!1","epoch":"1a2b3c4d","offset":7,"latest":9,"recovered":true,"heartbeat":25,"spread":3}',
    ],
    [
      "publication",
      publicationFrame({ data: encode({ n: 1 }), position }),
      '{"type":"publication","offset":7,"id":"1a2b3c4d-7","data":{"n":1}}',
    ],
    [
      "publication that is not stored",
      publicationFrame({ data: encode("x"), position: null }),
      '{"type":"publication","data":"x"}',
    ],
    [
      "publication for an excluded connection",
      skippedFrame(position),
      '{"type":"publication","offset":7,"id":"1a2b3c4d-7"}',
    ],
    ["reply", replyFrame("a", { time: 1 }), '{"type":"reply","id":"a","result":{"time":1}}'],
    [
      "error reply",
      errorReplyFrame(3, "not_allowed", "no"),
      '{"type":"reply","id":3,"error":{"code":403,"reason":"not_allowed","message":"no","temporary":false}}',
    ],
    [
      "error",
      errorFrame("token_expires", "soon"),
      '{"type":"error","code":4205,"reason":"token_expires","message":"soon","temporary":true}',
    ],
    [
      "join",
      presenceFrame("join", [{ sub: "a", info: { name: "Ada" } }], { connections: 3, users: 1 }),
      '{"type":"join","sub":"a","info":{"name":"Ada"},"connections":3,"users":1}',
    ],
    [
      "leave",
      presenceFrame("leave", [{ sub: null, info: null }], { connections: 2, users: 0 }),
      '{"type":"leave","sub":null,"info":null,"connections":2,"users":0}',
    ],
    [
      "two joins",
      presenceFrame(
        "join",
        [
          { sub: "a", info: 1 },
          { sub: null, info: null },
        ],
        { connections: 3, users: 1 },
      ),
      '{"type":"joins","members":[{"sub":"a","info":1},{"sub":null,"info":null}],"connections":3,"users":1}',
    ],
    ["heartbeat", HEARTBEAT, '{"type":"heartbeat"}'],
  ])("%s", (_what, frame, text) => expect(frame).toBe(text));

  it.each([undefined, () => 1, 1n, Symbol("x")])("throws TypeError for a value without JSON: %s", (value) =>
    expect(() => encode(value as unknown as Json)).toThrow(TypeError),
  );
});

const published = (frames: readonly string[], from = 1): Publication[] =>
  frames.map((frame, i) => ({ offset: from + i, at: 0, frame }));

type Item = { readonly offset: number; readonly id: string; readonly data: unknown };
type Replayed = ({ readonly type: "publication" } & Item) | { readonly type: "publications"; readonly items: Item[] };

const read = (frames: readonly string[]): Replayed[] => frames.map((frame) => JSON.parse(frame) as Replayed);
const itemsOf = (frame: Replayed): Item[] =>
  frame.type === "publications" ? frame.items : [{ offset: frame.offset, id: frame.id, data: frame.data }];

describe("replay", () => {
  it("has no frames if nothing was missed", () => expect(replayFrames("e", [])).toEqual([]));

  it("sends one publication as its original frame", () =>
    expect(replayFrames(position.epoch, published(['{"n":1}'], 7))).toEqual([
      publicationFrame({ data: encode({ n: 1 }), position }),
    ]));

  it("packs several publications into one frame, in order and with unchanged text", () =>
    expect(replayFrames("e", published(["2.0", '"x"'], 4))).toEqual([
      '{"type":"publications","items":[{"offset":4,"id":"e-4","data":2.0},{"offset":5,"id":"e-5","data":"x"}]}',
    ]));

  const text = fc.oneof(
    { weight: 5, arbitrary: fc.string({ maxLength: 5 }) },
    { weight: 1, arbitrary: fc.nat(REPLAY_LENGTH + 10).map((length) => "x".repeat(length)) },
  );

  it("contains each publication once and in order, in frames of bounded length", () => {
    fc.assert(
      fc.property(fc.array(text, { maxLength: 30 }), fc.nat(1000), (texts, from) => {
        const missed = published(
          texts.map((text) => JSON.stringify(text)),
          from + 1,
        );
        const frames = replayFrames("e", missed);
        const parsed = read(frames);
        expect(parsed.flatMap(itemsOf)).toEqual(
          missed.map(({ offset, frame }) => ({ offset, id: `e-${offset}`, data: JSON.parse(frame) as unknown })),
        );
        const envelope = '{"type":"publications","items":[]}'.length;
        for (const [i, frame] of parsed.entries()) {
          expect(itemsOf(frame).length).toBeGreaterThan(0);
          const length = frames[i]?.length ?? 0;
          if (itemsOf(frame).length > 1) expect(length).toBeLessThanOrEqual(REPLAY_LENGTH + envelope);
        }
      }),
      { numRuns: 300 },
    );
  });

  it("splits very many short publications too", () => {
    const missed = published(Array.from({ length: 20_000 }, () => "1"));
    const frames = replayFrames("e", missed);
    for (const frame of frames) expect(frame.length).toBeLessThanOrEqual(REPLAY_LENGTH + 100);
    expect(read(frames).flatMap(itemsOf)).toHaveLength(missed.length);
  });
});
