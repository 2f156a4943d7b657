// The data attached to a connection, which survives the object's hibernation.
import { anybody, type Member } from "../../core/admission.ts";
import type { Who } from "../../core/frames.ts";
import { HEARTBEAT_SECONDS } from "../../core/limits.ts";
import { consumeFrames, frameCost, lastFrameBy } from "../../core/rate.ts";

/** At most 16 KiB when serialised. */
interface Attachment {
  /** Absent = a member without a token. */
  readonly member?: Member;
  /** When the connection was accepted, in ms. */
  readonly since: number;
  /** The leave is already recorded: the close event must not record it again. */
  readonly gone?: true;
  /** When the frame budget is full again, in ms; 0 before the first frame. */
  readonly fullAt: number;
  /** Interval of its heartbeats in seconds; absent = `HEARTBEAT_SECONDS`. */
  readonly everySeconds?: number;
}

export const initAttachment = (connection: WebSocket, member: Member, everySeconds: number, now: number): void =>
  attach(connection, {
    ...(isAnybody(member) ? {} : { member }),
    ...(everySeconds === HEARTBEAT_SECONDS ? {} : { everySeconds }),
    since: now,
    fullAt: 0,
  });

const isAnybody = ({ address, sub, mayPublish, seesMembers, expiresAt }: Member): boolean =>
  address === null && sub === null && !mayPublish && !seesMembers && expiresAt === null;

/** An attachment of the last release lacks fields that were added since. */
export const memberOf = (connection: WebSocket): Member => ({ ...anybody, ...attachmentOf(connection).member });

/** Subject and public data of a member, as the other members see it. */
export const whoIs = (connection: WebSocket): Who => {
  const { sub, info } = memberOf(connection);
  return { sub, info };
};

export const heartbeatSecondsOf = (connection: WebSocket): number =>
  attachmentOf(connection).everySeconds ?? HEARTBEAT_SECONDS;

export const sinceOf = (connection: WebSocket): number => attachmentOf(connection).since;

/** Replaces the member's rights and expiry after a token refresh. */
export const setMember = (connection: WebSocket, member: Member): void =>
  attach(connection, { ...attachmentOf(connection), member });

/** Cached since the object woke: deserialising takes microseconds, and a count reads all attachments. */
const attachments = new WeakMap<WebSocket, Attachment>();

function attachmentOf(connection: WebSocket): Attachment {
  const cached = attachments.get(connection);
  if (cached !== undefined) return cached;
  const read = (connection.deserializeAttachment() as Attachment | null) ?? { since: 0, fullAt: 0 }; // only `attach` writes it
  attachments.set(connection, read);
  return read;
}

function attach(connection: WebSocket, attachment: Attachment): void {
  connection.serializeAttachment(attachment);
  attachments.set(connection, attachment);
}

/** Marks a connection as left; false if already marked. A connection that we close also raises a close event. */
export function markLeft(connection: WebSocket): boolean {
  const attachment = attachmentOf(connection);
  if (attachment.gone === true) return false;
  attach(connection, { ...attachment, gone: true });
  return true;
}

/** Charges a message of `length` to the connection's frame budget; false if the budget is too small. */
export function consumeFrameBudget(connection: WebSocket, length: number, now: number): boolean {
  const attachment = attachmentOf(connection);
  const fullAt = consumeFrames(attachment.fullAt, now, frameCost(length));
  if (fullAt !== null) attach(connection, { ...attachment, fullAt });
  return fullAt !== null;
}

/** Upper bound for the time of the last frame, in ms, without heartbeats. */
export const lastFrameOf = (connection: WebSocket): number => lastFrameBy(attachmentOf(connection).fullAt);
