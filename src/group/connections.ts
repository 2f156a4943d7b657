// The WebSockets of one group, as the platform keeps them while the object sleeps. Decides nothing about groups or orders.
import { anybody, type Member } from "../core/admission.ts";
import { closeCodes, type CloseReason } from "../core/codes.ts";
import { publicationFrame, skippedFrame, type Frame, type Mode, type Who } from "../core/frames.ts";
import { isSilent } from "../core/heartbeat.ts";
import type { Position } from "../core/position.ts";
import { lastFrameBy, takeFrame } from "../core/rate.ts";

/** A connection that is open now. */
export type Connection = WebSocket;

/** What is known of one connection: its attachment is what survives the object's sleep (16 KiB at most). */
interface Attachment {
  /** Absent = anybody. */
  readonly member?: Member;
  /** When it came, in ms. */
  readonly since: number;
  /** It has been told to have gone: by whoever ended it, so that its close event tells nothing more. */
  readonly gone?: true;
  /** When its bucket of frames will be full again, in ms; 0 = it never sent any. */
  readonly fullAt: number;
}

/** The platform's index of subjects: of a long one its beginning, since a tag may have 256 bytes and a character three of them. */
const subjectTag = (sub: string): string => `sub:${sub.slice(0, 84).toWellFormed()}`;

/** Whom a frame is for. */
export type Receiver =
  | { readonly kind: "group" }
  | { readonly kind: "connection"; readonly id: string }
  | { readonly kind: "user"; readonly sub: string };

/** The open connections, newest first: the platform goes on listing those that are closing (partykit#365), which are no members. */
export const openConnections = (ctx: DurableObjectState, tag?: string): Connection[] =>
  ctx.getWebSockets(tag).filter((socket) => socket.readyState === WebSocket.OPEN);

export const connectionsOf = (ctx: DurableObjectState, sub: string): Connection[] =>
  openConnections(ctx, subjectTag(sub)).filter((connection) => whoIs(connection).sub === sub);

/** Who gets a frame, by mode; and who does not, though it counts positions. */
export interface Receivers extends Readonly<Record<Mode, readonly Connection[]>> {
  readonly excluded: readonly Connection[];
}

export const countOf = ({ plain, v1 }: Receivers): number => plain.length + v1.length;

/** Whom a frame reaches now, but for the connection with the id `exclude`. */
export function receiversOf(ctx: DurableObjectState, to: Receiver, exclude: string | null): Receivers {
  const { plain, v1 } = byMode(ctx, to);
  if (exclude === null) return { plain, v1, excluded: [] };
  const isOther = (connection: Connection): boolean => idOf(ctx, connection) !== exclude;
  const excluded = v1.filter((connection) => !isOther(connection));
  return { plain: plain.filter(isOther), v1: v1.filter(isOther), excluded };
}

/** Of the whole group the platform's own index tells the modes; looking at each connection would cost every frame. */
function byMode(ctx: DurableObjectState, to: Receiver): Record<Mode, Connection[]> {
  if (to.kind === "group") return { plain: openConnections(ctx, "plain"), v1: openConnections(ctx, "v1") };
  const some = to.kind === "user" ? connectionsOf(ctx, to.sub) : openConnections(ctx, to.id);
  return {
    plain: some.filter((connection) => modeOf(ctx, connection) === "plain"),
    v1: some.filter((connection) => modeOf(ctx, connection) === "v1"),
  };
}

/** Sends a plain frame in both modes: as it is, and as a publication with its position, if it has one. */
export function deliver({ plain, v1, excluded }: Receivers, frame: Frame, at: Position | null): void {
  sendTo(plain, frame);
  if (v1.length > 0) sendTo(v1, publicationFrame(frame, at));
  if (at !== null && excluded.length > 0) sendTo(excluded, skippedFrame(at));
}

/**
 * Takes a connection in. Null if the object holds all it can: the platform throws at 32,768. Its id, its mode and its subject are its
 * tags for as long as it lives. A frame may be sent on `server` at once; the platform holds it until the client has its 101.
 */
export function acceptConnection(
  ctx: DurableObjectState,
  id: string,
  mode: Mode,
  member: Member,
  now: number,
): { client: WebSocket; server: Connection } | null {
  const [client, server] = Object.values(new WebSocketPair()) as [WebSocket, WebSocket]; // exactly two, by the platform's word
  try {
    ctx.acceptWebSocket(server, [id, mode, ...(member.sub === null ? [] : [subjectTag(member.sub)])]);
  } catch {
    return null; // the limit is the one thing that it throws for here: the socket is new and the tags well formed
  }
  attach(server, { ...(isAnybody(member) ? {} : { member }), since: now, fullAt: 0 });
  return { client, server };
}

const isAnybody = ({ sub, mayPublish, expiresAt }: Member): boolean =>
  sub === null && !mayPublish && expiresAt === null;

/** Its id, by which backends address it. */
export const idOf = (ctx: DurableObjectState, connection: Connection): string => ctx.getTags(connection)[0] ?? "";

export const modeOf = (ctx: DurableObjectState, connection: Connection): Mode =>
  ctx.getTags(connection)[1] === "v1" ? "v1" : "plain";

export const memberOf = (connection: Connection): Member => attachmentOf(connection).member ?? anybody;

export const whoIs = (connection: Connection): Who => {
  const { sub, info } = memberOf(connection);
  return { sub, info };
};

export const sinceOf = (connection: Connection): number => attachmentOf(connection).since;

/** A new token: the same subject, for longer, with other rights perhaps. */
export const renew = (connection: Connection, member: Member): void =>
  attach(connection, { ...attachmentOf(connection), member });

const attachmentOf = (connection: Connection): Attachment =>
  (connection.deserializeAttachment() as Attachment | null) ?? { since: 0, fullAt: 0 }; // only `attach` writes it

const attach = (connection: Connection, attachment: Attachment): void => connection.serializeAttachment(attachment);

/** True the first time it is asked of a connection that goes: it may be ended here, and then its close event comes as well. */
export function goesNow(connection: Connection): boolean {
  const attachment = attachmentOf(connection);
  if (attachment.gone === true) return false;
  attach(connection, { ...attachment, gone: true });
  return true;
}

/** A frame came: false if the connection sends more than it may. */
export function mayGoOn(connection: Connection, now: number): boolean {
  const attachment = attachmentOf(connection);
  const fullAt = takeFrame(attachment.fullAt, now);
  if (fullAt !== null) attach(connection, { ...attachment, fullAt });
  return fullAt !== null;
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

/** Those that sent heartbeats once and have been silent since. Only ever looked for when something else has woken the object. */
export const silentConnections = (ctx: DurableObjectState, now: number): Connection[] =>
  openConnections(ctx).filter(
    (connection) =>
      isSilent(ctx.getWebSocketAutoResponseTimestamp(connection)?.getTime() ?? null, now) &&
      isSilent(lastFrameBy(attachmentOf(connection).fullAt), now),
  );
