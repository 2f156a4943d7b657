// What is known of one connection, as it survives the object's sleep. Sends nothing.
import { anybody, type Member } from "../core/admission.ts";
import type { Who } from "../core/frames.ts";
import { lastFrameBy, consumeFrame } from "../core/rate.ts";

/** 16 KiB at most. */
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

/** As a connection begins. */
export const begin = (connection: WebSocket, member: Member, now: number): void =>
  attach(connection, { ...(isAnybody(member) ? {} : { member }), since: now, fullAt: 0 });

const isAnybody = ({ sub, mayPublish, expiresAt }: Member): boolean =>
  sub === null && !mayPublish && expiresAt === null;

export const memberOf = (connection: WebSocket): Member => attachmentOf(connection).member ?? anybody;

export const whoIs = (connection: WebSocket): Who => {
  const { sub, info } = memberOf(connection);
  return { sub, info };
};

export const sinceOf = (connection: WebSocket): number => attachmentOf(connection).since;

/** A new token: the same subject, for longer, with other rights perhaps. */
export const renew = (connection: WebSocket, member: Member): void =>
  attach(connection, { ...attachmentOf(connection), member });

/** As read or written since the object woke: reading one anew costs microseconds, and a count looks at all of them. */
const attachments = new WeakMap<WebSocket, Attachment>();

function attachmentOf(connection: WebSocket): Attachment {
  const known = attachments.get(connection);
  if (known !== undefined) return known;
  const read = (connection.deserializeAttachment() as Attachment | null) ?? { since: 0, fullAt: 0 }; // only `attach` writes it
  attachments.set(connection, read);
  return read;
}

function attach(connection: WebSocket, attachment: Attachment): void {
  connection.serializeAttachment(attachment);
  attachments.set(connection, attachment);
}

/** True the first time it is asked of a connection that goes: it may be ended here, and then its close event comes as well. */
export function goesNow(connection: WebSocket): boolean {
  const attachment = attachmentOf(connection);
  if (attachment.gone === true) return false;
  attach(connection, { ...attachment, gone: true });
  return true;
}

/** A frame came: false if the connection sends more than it may. */
export function mayGoOn(connection: WebSocket, now: number): boolean {
  const attachment = attachmentOf(connection);
  const fullAt = consumeFrame(attachment.fullAt, now);
  if (fullAt !== null) attach(connection, { ...attachment, fullAt });
  return fullAt !== null;
}

/** When its last frame came, at the latest, in ms; heartbeats aside. */
export const lastFrameOf = (connection: WebSocket): number => lastFrameBy(attachmentOf(connection).fullAt);
