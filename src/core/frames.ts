// The wire format: every frame and its text. Shared by server, client and docs.
import { errorCodes, type ErrorReason } from "./codes.ts";
import type { Json } from "./json.ts";
import { REPLAY_LENGTH } from "./limits.ts";
import { isPaid, type OrderStatus } from "./order.ts";
import { publicationId, type Position, type Publication } from "./position.ts";

/**
 * Protocol of a connection: `plain` has the articles' bare frames, `v1` typed frames with positions
 * and replies.
 */
export type Mode = "plain" | "v1";

/** Name of each mode in `Sec-WebSocket-Protocol`. */
export const subprotocols = { plain: "belfry.plain", v1: "belfry.v1" } as const satisfies Record<Mode, string>;

/**
 * Prefix of a key or token in `Sec-WebSocket-Protocol`: the only header that a browser's WebSocket
 * lets a page set.
 */
export const BEARER = "belfry.bearer.";

/**
 * Sent by a client as a sign of life. The platform replies with the same text itself, without
 * waking the Durable Object.
 */
export const HEARTBEAT = '{"type":"heartbeat"}';

declare const frame: unique symbol;
/** The text of one frame, encoded once per event for all connections. */
export type Frame = string & { readonly [frame]: true };

/**
 * Encodes a value as the text of a frame. Throws TypeError for a value without JSON: `undefined`, a
 * function, a bigint, a cycle.
 */
export function encode(value: Json): Frame {
  const text = JSON.stringify(value) as string | undefined; // undefined for `undefined`, functions and symbols (ECMA-262, 25.5.2)
  if (text === undefined) throw new TypeError("a frame must be a JSON value");
  return text as Frame; // JSON, so a frame
}

// Plain frames; in `belfry.v1` they are the `data` of a publication.

/** The result of a push, as in the articles. */
export const resultFrame = (data: Json): Json => ({ type: "result", data });

/** Reply to `ping`: the server's time. */
export const pingFrame = (data: string): Json => ({ type: "ping", data });

/** An error in a plain client's message. The connection stays open. */
export const complaintFrame = (data: string): Json => ({ type: "error", data });

/**
 * Outcome of an order: the articles' two keys, and the status, which also distinguishes failed,
 * closed and pending orders.
 */
export type OrderFrame = { readonly biz: string; readonly paid: boolean; readonly status: OrderStatus };

export const orderFrame = (biz: string, status: OrderStatus): OrderFrame => ({ biz, paid: isPaid(status), status });

// Frames of belfry.v1: a tagged union by `type`.

/**
 * The first frame, sent in the turn in which the connection becomes a member. Every later
 * publication reaches it.
 */
export const welcomeFrame = ({ channel, position, latest, recovered, heartbeat, spread }: Welcome): Frame =>
  encode({ type: "welcome", channel, ...position, latest, recovered, heartbeat, spread });

export interface Welcome {
  readonly channel: string;
  /**
   * The position before the publications that follow the welcome: a client that loses its connection
   * in between returns with it, and receives them then.
   */
  readonly position: Position;
  /** Offset of the group's latest publication. */
  readonly latest: number;
  readonly recovered: boolean;
  /** Seconds over which clients spread their reconnects after a lost connection. */
  readonly spread: number;
  /** Interval of the heartbeats that the client is to send, in seconds. */
  readonly heartbeat: number;
}

/** A plain frame for members in belfry.v1, with its position; null if it is not stored. */
export interface Positioned {
  readonly data: Frame;
  readonly position: Position | null;
}

/** Embeds the text of `data` unchanged: one serialisation for both modes. */
const fieldsOf = ({ data, position }: Positioned): string =>
  position === null
    ? `"data":${data}`
    : `"offset":${position.offset},"id":"${publicationId(position.epoch, position.offset)}","data":${data}`;

export const publicationFrame = (publication: Positioned): Frame =>
  `{"type":"publication",${fieldsOf(publication)}}` as Frame; // JSON around JSON

/**
 * Frames of several publications, in order. A single one gets its own frame; more are packed into
 * frames of bounded length.
 */
export function publicationFrames(publications: readonly Positioned[]): readonly Frame[] {
  const [only] = publications;
  if (only !== undefined && publications.length === 1) return [publicationFrame(only)];
  const frames: Frame[] = [];
  let items: string[] = [];
  let length = 0;
  const flush = () => {
    if (items.length > 0) frames.push(`{"type":"publications","items":[${items.join(",")}]}` as Frame); // JSON around JSON
    items = [];
    length = 0;
  };
  for (const publication of publications) {
    const item = `{${fieldsOf(publication)}}`;
    if (length + item.length > REPLAY_LENGTH) flush();
    items.push(item);
    length += item.length + 1; // its comma
  }
  flush();
  return frames;
}

/** Frames of the publications that a client missed. */
export const replayFrames = (epoch: string, missed: readonly Publication[]): readonly Frame[] =>
  publicationFrames(missed.map(({ offset, frame }) => ({ data: frame as Frame, position: { epoch, offset } }))); // stored as it was encoded

/** Sent instead of a publication to the connection that it excludes, to advance its position. */
export const skippedFrame = ({ epoch, offset }: Position): Frame =>
  encode({ type: "publication", offset, id: publicationId(epoch, offset) });

/**
 * Response body of a group's history. Stored frames are embedded unchanged, with the source text of
 * their numbers.
 */
export function historyText(
  { epoch, offset }: { readonly epoch: string | null; readonly offset: number },
  kept: readonly { readonly offset: number; readonly at: string; readonly frame: string }[],
): string {
  const items = kept.map(
    ({ offset, at, frame }) =>
      `{"offset":${offset},"id":"${publicationId(epoch ?? "", offset)}","at":"${at}","data":${frame}}`,
  );
  return `{"epoch":${JSON.stringify(epoch)},"offset":${offset},"publications":[${items.join(",")}]}`;
}

/** An error outside a reply. The connection stays open unless a close follows. */
export const errorFrame = (reason: ErrorReason, message: string): Frame =>
  encode({ type: "error", ...errorOf(reason, message) });

/** Reply to a request, by its id. */
export const replyFrame = (id: RequestId, result: Json): Frame => replyFrameOf(id, encode(result));

/** The same for a result that is already JSON text: its numbers keep their source text. */
export const replyFrameOf = (id: RequestId, result: string): Frame =>
  `{"type":"reply","id":${encode(id)},"result":${result}}` as Frame; // JSON around JSON

export const errorReplyFrame = (id: RequestId, reason: ErrorReason, message: string): Frame =>
  encode({ type: "reply", id, error: errorOf(reason, message) });

export type RequestId = string | number;

const errorOf = (reason: ErrorReason, message: string): { readonly [key: string]: Json } => {
  const [code, temporary] = errorCodes[reason];
  return { code, reason, message, temporary };
};

/**
 * Members joined or left, with the counts after it; `sub` is null without a token. Several in one
 * frame, as `joins` or `leaves`. `members` is not empty.
 */
export function presenceFrame(type: "join" | "leave", members: readonly Who[], counts: Counts): Frame {
  const users = members.map(({ sub, info }) => ({ sub, info }));
  return users.length === 1
    ? encode({ type, ...users[0], ...counts })
    : encode({ type: `${type}s`, members: users, ...counts });
}

/** The part of a member that other members see. */
export interface Who {
  readonly sub: string | null;
  readonly info: Json;
}

/** Each open tab is a connection; a token subject is one user, however many connections it has. */
export type Counts = { readonly connections: number; readonly users: number };
