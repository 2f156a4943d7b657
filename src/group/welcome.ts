// What a connection is told as it comes: in belfry.v1 where it stands and what it missed, in plain mode an order's outcome. Admits nobody.
import type { Admission } from "../core/admission.ts";
import { replayFrames, welcomeFrame, type Frame } from "../core/frames.ts";
import { recover } from "../core/position.ts";
import type { Kept } from "./history.ts";

/**
 * The frames, in order. Made and sent in one turn with the connection's becoming a member, without an await between: what is published
 * before is among them, what is published after comes after them, and nothing is both. `maxAge` (ms) is how old the latest tick may be.
 */
export function welcome(
  channel: string,
  admission: Admission,
  kept: Kept,
  now: number,
  maxAge: number,
): readonly Frame[] {
  const at = kept.begin();
  const { recovered, after } = recover(kept.keeping, admission.position, at, kept.first(now));
  const missed = after < at.offset ? kept.since(after, null, now, maxAge) : [];
  return [welcomeFrame(channel, at, recovered), ...replayFrames(at.epoch, missed)];
}
