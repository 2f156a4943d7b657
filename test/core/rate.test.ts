// The rate limit of a connection: one number that behaves like a token bucket.
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { FRAMES_AT_ONCE, FRAMES_PER_SECOND } from "../../src/core/limits.ts";
import { consumeFrames, consumeRelay, frameCost, lastFrameBy } from "../../src/core/rate.ts";

const NOW = 4_102_444_800_000;
const PER_FRAME = 1000 / FRAMES_PER_SECOND;

/** Sends `frames` frames at `at`; returns the number that passed and the new `fullAt`. */
function sendAt(at: number, frames: number, fullAt: number): { passed: number; fullAt: number } {
  let passed = 0;
  for (let i = 0; i < frames; i++) {
    const next = consumeFrames(fullAt, at, 1);
    if (next === null) continue;
    passed += 1;
    fullAt = next;
  }
  return { passed, fullAt };
}

describe("a connection", () => {
  it("may send at most 200 frames at once", () => {
    expect(sendAt(NOW, FRAMES_AT_ONCE + 50, 0).passed).toBe(FRAMES_AT_ONCE);
  });
  it("may then send 20 frames per second", () => {
    const { fullAt } = sendAt(NOW, FRAMES_AT_ONCE, 0);
    expect(sendAt(NOW + PER_FRAME - 1, 1, fullAt).passed).toBe(0);
    expect(sendAt(NOW + PER_FRAME, 2, fullAt).passed).toBe(1);
    expect(sendAt(NOW + 1000, 100, fullAt).passed).toBe(FRAMES_PER_SECOND);
  });
  it("may send 200 frames again after ten quiet seconds, and no more after longer", () => {
    const { fullAt } = sendAt(NOW, FRAMES_AT_ONCE, 0);
    expect(sendAt(NOW + 10_000, 500, fullAt).passed).toBe(FRAMES_AT_ONCE);
    expect(sendAt(NOW + 86_400_000, 500, fullAt).passed).toBe(FRAMES_AT_ONCE);
  });
  it("may send 20 frames per second indefinitely", () => {
    let fullAt = 0;
    for (let i = 0; i < 10_000; i++)
      fullAt = consumeFrames(fullAt, NOW + i * PER_FRAME, 1) ?? expect.fail(`frame ${i}`);
  });
  it("is not penalised for rejected frames", () => {
    const { fullAt } = sendAt(NOW, FRAMES_AT_ONCE + 1000, 0);
    expect(sendAt(NOW + PER_FRAME, 1, fullAt).passed).toBe(1);
  });
});

describe("a long message", () => {
  it("costs one frame more per 4,096 characters", () => {
    expect([0, 1, 4095, 4096, 32_768, 131_072].map(frameCost)).toEqual([1, 1, 1, 2, 9, 33]);
  });
  it("may be sent six times at once with 131,072 characters", () => {
    let [fullAt, passed] = [0, 0];
    for (let next: number | null = 0; next !== null; passed += 1) {
      fullAt = next;
      next = consumeFrames(fullAt, NOW, frameCost(131_072));
    }
    expect(passed - 1).toBe(6);
  });
});

describe("the relay budget of a group", () => {
  it("is 512 KiB at once, then 64 KiB per second", () => {
    const full = consumeRelay(0, NOW, 524_288);
    expect(full).toBe(NOW + 8000);
    expect(consumeRelay(full ?? 0, NOW + 999, 65_536)).toBeNull();
    expect(consumeRelay(full ?? 0, NOW + 1000, 65_536)).toBe(NOW + 9000);
  });
});

it("a bucket is full after the clock went back, instead of empty until it shows the old time again", () => {
  let fullAt = 0;
  for (let i = 0; i < 200; i++) fullAt = consumeFrames(fullAt, NOW, 1) ?? fullAt;
  expect(consumeFrames(fullAt, NOW, 1)).toBeNull();
  expect(consumeFrames(fullAt, NOW - 3_600_000, 1)).toBe(NOW - 3_600_000 + 50);
});

it("consumeFrames equals a bucket of 200 tokens that gains one every 50 ms", () => {
  const arrivals = fc.array(
    fc.record({ pause: fc.oneof(fc.nat(60), fc.nat(20_000)), frames: fc.oneof(fc.nat(3), fc.nat(300)) }),
    { maxLength: 40 },
  );
  fc.assert(
    fc.property(arrivals, (arrivals) => {
      let [now, fullAt, level] = [NOW, 0, FRAMES_AT_ONCE * PER_FRAME];
      for (const { pause, frames } of arrivals) {
        now += pause;
        level = Math.min(FRAMES_AT_ONCE * PER_FRAME, level + pause);
        const expected = Math.min(frames, Math.floor(level / PER_FRAME));
        level -= expected * PER_FRAME;
        const { passed, fullAt: after } = sendAt(now, frames, fullAt);
        expect(passed).toBe(expected);
        fullAt = after;
        // The derived time of the last frame is never earlier than the frame.
        if (passed > 0) expect(lastFrameBy(fullAt)).toBeGreaterThanOrEqual(now);
      }
    }),
    { numRuns: 300 },
  );
});
