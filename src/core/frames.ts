// The wire: every frame there is and the text it becomes. Server, client and docs read it here; nothing is sent from here.
import { errorCodes, type ErrorReason } from "./codes.ts";
import type { Json } from "./json.ts";
import { HEARTBEAT_SECONDS, REPLAY_LENGTH } from "./limits.ts";
import { isPaid, type OrderStatus } from "./order.ts";
import { publicationId, type Position, type Publication } from "./position.ts";

/** How a connection speaks: the articles' bare frames, or every frame with a type, positions and replies. */
export type Mode = "plain" | "v1";

/** What each mode is called in `Sec-WebSocket-Protocol`. */
export const subprotocols = { plain: "belfry.plain", v1: "belfry.v1" } as const satisfies Record<Mode, string>;

/** What a key or token has before it where it is offered beside them: the only place where a browser's WebSocket can put one. */
export const BEARER = "belfry.bearer.";

/** Sent by a client to show that it lives; answered by the same text, by the platform itself, so that it wakes nothing. */
export const HEARTBEAT = '{"type":"heartbeat"}';

declare const frame: unique symbol;
/** The text of one frame: made once per event, however many connections get it. */
export type Frame = string & { readonly [frame]: true };

/** Turns a value into the text of a frame. Throws TypeError for what has no JSON: `undefined`, a function, a bigint, a circle. */
export function encode(value: Json): Frame {
  const text = JSON.stringify(value) as string | undefined; // undefined for `undefined`, functions and symbols (ECMA-262, 25.5.2)
  if (text === undefined) throw new TypeError("a frame must be a JSON value");
  return text as Frame; // JSON, so a frame
}

// Plain frames, which in `belfry.v1` are the `data` of a publication.

/** A push's result, as the articles send it. */
export const resultFrame = (data: Json): Json => ({ type: "result", data });

/** The answer to `ping`: the server's time. */
export const pingFrame = (data: string): Json => ({ type: "ping", data });

/** What was wrong with what a plain client sent. The connection stays open. */
export const complaintFrame = (data: string): Json => ({ type: "error", data });

/** An order's outcome: the articles' two keys, and the status that tells failed, closed and pending apart. */
export type OrderFrame = { readonly biz: string; readonly paid: boolean; readonly status: OrderStatus };

export const orderFrame = (biz: string, status: OrderStatus): OrderFrame => ({ biz, paid: isPaid(status), status });

// belfry.v1: a tagged union, every frame with `type`.

/** Always the first, and only once the connection really is a member: nothing published after it was made is missed. */
export const welcomeFrame = (channel: string, { epoch, offset }: Position, recovered: boolean): Frame =>
  encode({ type: "welcome", channel, epoch, offset, recovered, heartbeat: HEARTBEAT_SECONDS });

/** A plain frame on its way to members in belfry.v1: with its position, or null if it is not kept. */
export interface Positioned {
  readonly data: Frame;
  readonly at: Position | null;
}

/** The text goes in as it is: one serialisation for both modes. */
const partsOf = ({ data, at }: Positioned): string =>
  at === null ? `"data":${data}` : `"offset":${at.offset},"id":"${publicationId(at.epoch, at.offset)}","data":${data}`;

export const publicationFrame = (publication: Positioned): Frame =>
  `{"type":"publication",${partsOf(publication)}}` as Frame; // JSON around JSON

/** Several at once, in order: one by itself, more in frames of bounded length. */
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
    const item = `{${partsOf(publication)}}`;
    if (length + item.length > REPLAY_LENGTH) flush();
    items.push(item);
    length += item.length + 1; // its comma
  }
  flush();
  return frames;
}

/** What a client missed. */
export const replayFrames = (epoch: string, missed: readonly Publication[]): readonly Frame[] =>
  publicationFrames(missed.map(({ offset, frame }) => ({ data: frame as Frame, at: { epoch, offset } }))); // kept as it was encoded

/** To a connection that a sender excluded: the position moves on, and there is nothing else for it. */
export const skippedFrame = ({ epoch, offset }: Position): Frame =>
  encode({ type: "publication", offset, id: publicationId(epoch, offset) });

/** What a group has kept, told to whoever asks for it. The plain frames go in as they were kept: numbers stay as they were written. */
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

/** What went wrong, told without a request. The connection stays open unless a close follows. */
export const errorFrame = (reason: ErrorReason, message: string): Frame =>
  encode({ type: "error", ...errorOf(reason, message) });

/** The answer to a request, by the id that it carried. */
export const replyFrame = (id: RequestId, result: Json): Frame => replyFrameOf(id, encode(result));

/** The same where the result is JSON text already: its numbers stay as they were written. */
export const replyFrameOf = (id: RequestId, result: string): Frame =>
  `{"type":"reply","id":${encode(id)},"result":${result}}` as Frame; // JSON around JSON

export const errorReplyFrame = (id: RequestId, reason: ErrorReason, message: string): Frame =>
  encode({ type: "reply", id, error: errorOf(reason, message) });

export type RequestId = string | number;

const errorOf = (reason: ErrorReason, message: string): { readonly [key: string]: Json } => {
  const [code, temporary] = errorCodes[reason];
  return { code, reason, message, temporary };
};

/** A member came or went; `sub` is null for one without a token. How many there are now, connections and users apart. */
export const presenceFrame = (type: "join" | "leave", who: Who, counts: Counts): Frame =>
  encode({ type, sub: who.sub, info: who.info, ...counts });

export interface Who {
  readonly sub: string | null;
  readonly info: Json;
}

/** An open tab is a connection; a subject of tokens is one user, however many connections it has. */
export type Counts = { readonly connections: number; readonly users: number };
