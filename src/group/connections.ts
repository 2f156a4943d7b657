// The WebSockets of one group, as the platform keeps them while the object sleeps. Decides nothing about groups or orders.
import { closeCodes, type CloseReason } from "../core/codes.ts";
import type { Frame } from "../core/frames.ts";
import { isSilent } from "../core/heartbeat.ts";
import { HEARTBEAT_SECONDS } from "../core/limits.ts";

/** A connection that is open now. */
export type Connection = WebSocket;

/** The open connections, newest first: the platform goes on listing those that are closing (partykit#365), which are no members. */
export const openConnections = (ctx: DurableObjectState, connection?: string): Connection[] =>
  ctx.getWebSockets(connection).filter((socket) => socket.readyState === WebSocket.OPEN);

/**
 * Takes a connection in under `id`, its tag for as long as it lives. Null if the object holds all it can: the platform throws at
 * 32,768. A frame may be sent on `server` at once; the platform holds it until the client has its 101.
 */
export function acceptConnection(
  ctx: DurableObjectState,
  id: string,
): { client: WebSocket; server: Connection } | null {
  const [client, server] = Object.values(new WebSocketPair()) as [WebSocket, WebSocket]; // exactly two, by the platform's word
  try {
    ctx.acceptWebSocket(server, [id]);
    return { client, server };
  } catch {
    return null; // the limit is the one thing that it throws for here: the socket is new and the tag well formed
  }
}

/** Sends one frame to each; a connection that has just broken is left to its own close event. */
export function sendTo(connections: readonly Connection[], frame: Frame): void {
  for (const connection of connections) {
    try {
      connection.send(frame);
    } catch {
      // It closed between the listing and the send; webSocketClose will tell, and the others must get their frame.
    }
  }
}

/** Ends a connection; one that has ended already is left alone. */
export function close(connection: WebSocket, reason: CloseReason): void {
  try {
    connection.close(closeCodes[reason], reason === "left" ? "" : reason);
  } catch {
    // Already closed from our side: nothing is left to say.
  }
}

/** Ends those that sent heartbeats once and have been silent since. Only ever done when something else has woken the object. */
export function reapSilent(ctx: DurableObjectState, now: number): void {
  for (const connection of openConnections(ctx)) {
    if (isSilent(lastHeartbeat(ctx, connection), now) && isSilent(lastHeard(connection), now))
      close(connection, "silent");
  }
}

const lastHeartbeat = (ctx: DurableObjectState, connection: Connection): number | null =>
  ctx.getWebSocketAutoResponseTimestamp(connection)?.getTime() ?? null;

/** When a connection last sent anything but a heartbeat; 0 if it never did. Its attachment is what survives the object's sleep. */
function lastHeard(connection: Connection): number {
  const attachment: unknown = connection.deserializeAttachment();
  return typeof attachment === "number" ? attachment : 0;
}

/** A message came: whoever writes is not silent. Noted once a heartbeat is missing, so that lively connections cost nothing. */
export function heard(ctx: DurableObjectState, connection: Connection, now: number): void {
  const last = lastHeartbeat(ctx, connection);
  if (last !== null && now - last > HEARTBEAT_SECONDS * 1000) connection.serializeAttachment(now);
}
