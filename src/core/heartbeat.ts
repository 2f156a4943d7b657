// Whether a connection is still alive, by the heartbeats it sent. Reads no clock and closes nothing.
import { HEARTBEATS_MISSED, HEARTBEAT_SECONDS } from "./limits.ts";

const SILENCE_MS = HEARTBEATS_MISSED * HEARTBEAT_SECONDS * 1000;

/** When a connection was last heard of, in ms: its heartbeat (null = it never sent any), and any other frame. */
export interface Heard {
  readonly heartbeat: number | null;
  readonly frame: number;
}

/**
 * Which of them are silent: those that once sent a heartbeat and have been silent for three. One that never sent any (an article's page)
 * is never taken for silent; it ends when its TCP does. `next` is the time up to which no other can become so, whoever comes meanwhile.
 */
export function findSilent<Connection>(
  heard: readonly (readonly [Connection, Heard])[],
  now: number,
): { readonly silent: readonly Connection[]; readonly next: number } {
  const silent: Connection[] = [];
  let next = heard.length === 0 ? now : now + SILENCE_MS; // a look at nobody costs nothing
  for (const [connection, { heartbeat, frame }] of heard) {
    if (heartbeat === null) continue;
    const until = Math.max(heartbeat, frame) + SILENCE_MS;
    if (until < now) silent.push(connection);
    else next = Math.min(next, until);
  }
  return { silent, next };
}
