// The first frames of a connection: in belfry.v1 the welcome and the missed publications, in plain mode
// an order's outcome.
import type { Admission } from "../../core/admission.ts";
import { replayFrames, welcomeFrame, type Frame } from "../../core/frames.ts";
import { heartbeatSeconds, spreadSeconds } from "../../core/heartbeat.ts";
import { positionBefore, recover } from "../../core/position.ts";
import type { PublicationLog } from "../publishing/history.ts";

export interface WelcomeContext {
  readonly publications: PublicationLog;
  readonly isOrder: boolean;
  /** Maximum age of the latest tick, in ms: an older one belongs to an earlier period. */
  readonly maxAgeMs: number;
  /** Open connections, the new one included. */
  readonly connections: number;
  readonly onRecovery: (recovered: boolean) => void;
}

/**
 * Builds the first frames, in order. Build and send them synchronously with `accept()`: an `await` in
 * between could drop or duplicate a publication.
 */
export function welcomeFrames(
  channel: string,
  { mode, position }: Admission,
  { publications, isOrder, maxAgeMs, connections, onRecovery }: WelcomeContext,
  now: number,
): readonly Frame[] {
  if (mode === "plain") {
    // Plain mode lacks positions: late members receive only an order's outcome.
    const missed = isOrder ? publications.since(0, null, now, maxAgeMs) : [];
    return missed.map(({ frame }) => frame as Frame); // stored as encoded
  }
  const current = publications.ensurePosition();
  const { recovered, after } = recover(publications.retention, position, current, publications.firstOffset(now));
  if (position !== null) onRecovery(recovered);
  const missed = after < current.offset ? publications.since(after, null, now, maxAgeMs) : [];
  const welcome = welcomeFrame({
    channel,
    position: positionBefore(current, missed),
    latest: current.offset,
    recovered,
    heartbeat: heartbeatSeconds(connections),
    spread: spreadSeconds(connections),
  });
  return [welcome, ...replayFrames(current.epoch, missed)];
}
