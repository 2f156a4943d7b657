import { type ErrorReason } from "./codes.ts";
import type { Json } from "./json.ts";
import { type OrderStatus } from "./order.ts";
import { type Position, type Publication } from "./position.ts";
/** How a connection speaks: the articles' bare frames, or every frame with a type, positions and replies. */
export type Mode = "plain" | "v1";
/** What each mode is called in `Sec-WebSocket-Protocol`. */
export declare const subprotocols: {
  readonly plain: "belfry.plain";
  readonly v1: "belfry.v1";
};
/** What a key or token has before it where it is offered beside them: the only place where a browser's WebSocket can put one. */
export declare const BEARER = "belfry.bearer.";
/** Sent by a client to show that it lives; answered by the same text, by the platform itself, so that it wakes nothing. */
export declare const HEARTBEAT = '{"type":"heartbeat"}';
declare const frame: unique symbol;
/** The text of one frame: made once per event, however many connections get it. */
export type Frame = string & {
  readonly [frame]: true;
};
/** Turns a value into the text of a frame. Throws TypeError for what has no JSON: `undefined`, a function, a bigint, a circle. */
export declare function encode(value: Json): Frame;
/** A push's result, as the articles send it. */
export declare const resultFrame: (data: Json) => Json;
/** The answer to `ping`: the server's time. */
export declare const pingFrame: (data: string) => Json;
/** What was wrong with what a plain client sent. The connection stays open. */
export declare const complaintFrame: (data: string) => Json;
/** An order's outcome: the articles' two keys, and the status that tells failed, closed and pending apart. */
export type OrderFrame = {
  readonly biz: string;
  readonly paid: boolean;
  readonly status: OrderStatus;
};
export declare const orderFrame: (biz: string, status: OrderStatus) => OrderFrame;
/** Always the first, and only once the connection really is a member: nothing published after it was made is missed. */
export declare const welcomeFrame: (channel: string, { epoch, offset }: Position, recovered: boolean) => Frame;
/** A plain frame on its way to members in belfry.v1: with its position, or null if it is not kept. */
export interface Positioned {
  readonly data: Frame;
  readonly at: Position | null;
}
export declare const publicationFrame: (publication: Positioned) => Frame;
/** Several at once, in order: one by itself, more in frames of bounded length. */
export declare function publicationFrames(publications: readonly Positioned[]): readonly Frame[];
/** What a client missed. */
export declare const replayFrames: (epoch: string, missed: readonly Publication[]) => readonly Frame[];
/** To a connection that a sender excluded: the position moves on, and there is nothing else for it. */
export declare const skippedFrame: ({ epoch, offset }: Position) => Frame;
/** What a group has kept, told to whoever asks for it. The plain frames go in as they were kept: numbers stay as they were written. */
export declare function historyText(
  {
    epoch,
    offset,
  }: {
    readonly epoch: string | null;
    readonly offset: number;
  },
  kept: readonly {
    readonly offset: number;
    readonly at: string;
    readonly frame: string;
  }[],
): string;
/** What went wrong, told without a request. The connection stays open unless a close follows. */
export declare const errorFrame: (reason: ErrorReason, message: string) => Frame;
/** The answer to a request, by the id that it carried. */
export declare const replyFrame: (id: RequestId, result: Json) => Frame;
/** The same where the result is JSON text already: its numbers stay as they were written. */
export declare const replyFrameOf: (id: RequestId, result: string) => Frame;
export declare const errorReplyFrame: (id: RequestId, reason: ErrorReason, message: string) => Frame;
export type RequestId = string | number;
/** A member came or went; `sub` is null for one without a token. How many there are now, connections and users apart. */
export declare const presenceFrame: (type: "join" | "leave", who: Who, counts: Counts) => Frame;
export interface Who {
  readonly sub: string | null;
  readonly info: Json;
}
/** An open tab is a connection; a subject of tokens is one user, however many connections it has. */
export type Counts = {
  readonly connections: number;
  readonly users: number;
};
export {};
