// Decides by heartbeats which connections are dead, and how reconnects are spread. Pure; `now` is passed in.
import {
  HEARTBEATS_MISSED,
  HEARTBEAT_GROWTH_CONNECTIONS,
  HEARTBEAT_SECONDS,
  HEARTBEAT_SECONDS_MAX,
  RECONNECTS_PER_SECOND,
} from "./limits.ts";

/** Interval of the heartbeats of a connection that joins a group of that many, in seconds. */
export const heartbeatSeconds = (connections: number): number =>
  HEARTBEAT_SECONDS +
  Math.round((HEARTBEAT_SECONDS_MAX - HEARTBEAT_SECONDS) * Math.min(1, connections / HEARTBEAT_GROWTH_CONNECTIONS));

/**
 * Seconds over which the clients of a group spread their reconnects. An object admits some 333
 * connections per second, so a deployment reconnects 10,000 within 30 s instead of in a storm.
 */
export const spreadSeconds = (connections: number): number => Math.floor(connections / RECONNECTS_PER_SECOND);

/** Last activity of a connection, in ms, and its interval. */
export interface Activity {
  /** Its latest heartbeat; null before the first. */
  readonly heartbeat: number | null;
  /** Its latest other frame. */
  readonly frame: number;
  readonly everySeconds: number;
}

/**
 * Finds the silent connections: those that have sent a heartbeat before and then missed three.
 * Connections without any (the articles' pages) are exempt; they end with their TCP connection. All
 * others stay alive until `next`, including connections that join until then.
 */
export function findSilent<Connection>(
  activities: readonly (readonly [Connection, Activity])[],
  now: number,
): { readonly silent: readonly Connection[]; readonly next: number } {
  const silent: Connection[] = [];
  let next = activities.length === 0 ? now : now + HEARTBEATS_MISSED * HEARTBEAT_SECONDS * 1000; // without connections the next check is free
  for (const [connection, { heartbeat, frame, everySeconds }] of activities) {
    if (heartbeat === null) continue;
    const until = Math.max(heartbeat, frame) + HEARTBEATS_MISSED * everySeconds * 1000;
    if (until < now) silent.push(connection);
    else next = Math.min(next, until);
  }
  return { silent, next };
}
