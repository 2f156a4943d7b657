// What a connection is told as it comes: in belfry.v1 where it stands and what it missed, in plain mode an order's outcome. Admits nobody.
import type { Admission } from "../core/admission.ts";
import { replayFrames, welcomeFrame, type Frame } from "../core/frames.ts";
import { recover } from "../core/position.ts";
import type { Parts } from "./parts.ts";

/**
 * The frames, in order. Made and sent in one turn with the connection's becoming a member, without an await between: what is published
 * before is among them, what is published after comes after them, and nothing is both.
 */
export function welcome(channel: string, { mode, position }: Admission, parts: Parts, now: number): readonly Frame[] {
  const { kept, maxAge, self } = parts;
  if (mode === "plain") {
    // There are no positions: an order's outcome is told to whoever comes, a publication only to whoever is there.
    const told = self.consumer.keeps === "order" ? kept.since(0, null, now, maxAge) : [];
    return told.map(({ frame }) => frame as Frame); // kept as it was encoded
  }
  const at = kept.begin();
  const { recovered, after } = recover(kept.keeping, position, at, kept.first(now));
  if (position !== null) parts.countRecovery(recovered);
  const missed = after < at.offset ? kept.since(after, null, now, maxAge) : [];
  return [welcomeFrame(channel, at, recovered), ...replayFrames(at.epoch, missed)];
}
