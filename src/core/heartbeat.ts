// Decides by heartbeats which connections are dead, and how reconnects are spread. Pure; `now` is passed in.
import { HEARTBEATS_MISSED, HEARTBEAT_SECONDS, RECONNECTS_PER_SECOND } from "./limits.ts";

const SILENCE_MS = HEARTBEATS_MISSED * HEARTBEAT_SECONDS * 1000;

/**
 * Seconds over which the clients of a group spread their reconnects. An object admits some 333
 * connections per second, so a deployment reconnects 10,000 within 30 s instead of in a storm.
 */
export const spreadSeconds = (connections: number): number => Math.floor(connections / RECONNECTS_PER_SECOND);

/**
 * Last activity of a connection, in ms: its latest heartbeat, null before the first, and its latest
 * other frame.
 */
export interface Activity {
  readonly heartbeat: number | null;
  readonly frame: number;
}

/**
 * Finds the silent connections: those that have sent a heartbeat before and then missed three.
 * Connections without any heartbeat (the articles' pages) are exempt; they end with their TCP
 * connection. All others stay alive until `next`, including connections that join until then.
 */
export function findSilent<Connection>(
  activities: readonly (readonly [Connection, Activity])[],
  now: number,
): { readonly silent: readonly Connection[]; readonly next: number } {
  const silent: Connection[] = [];
  let next = activities.length === 0 ? now : now + SILENCE_MS; // without connections the next check is free
  for (const [connection, { heartbeat, frame }] of activities) {
    if (heartbeat === null) continue;
    const until = Math.max(heartbeat, frame) + SILENCE_MS;
    if (until < now) silent.push(connection);
    else next = Math.min(next, until);
  }
  return { silent, next };
}
