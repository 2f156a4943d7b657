// The answers to what a connection in belfry.v1 asks for. Knows its rights and publishes nothing itself: the group does.
import type { Member } from "../core/admission.ts";
import type { Consumer, Effect } from "../consumers/consumer.ts";
import {
  errorFrame,
  errorReplyFrame,
  historyText,
  replyFrame,
  replyFrameOf,
  type Counts,
  type Frame,
  type Who,
} from "../core/frames.ts";
import type { Sent } from "../core/group-api.ts";
import type { Json } from "../core/json.ts";
import { LISTED_MAX, REPLAY_LENGTH } from "../core/limits.ts";
import { firstWithin } from "../core/position.ts";
import { parseRequest, type ClientRequest } from "../core/request.ts";
import type { Result } from "../core/result.ts";
import type { RefreshRefusal } from "./members.ts";
import type { Kept } from "./history.ts";

/** What a request may look at and ask of its group. */
export interface Hall {
  readonly consumer: Consumer;
  readonly kept: Kept;
  readonly member: Member;
  /** ms since 1970. */
  readonly now: number;
  readonly maxAge: number;
  readonly counts: () => Counts;
  readonly users: (limit: number) => readonly Who[];
  readonly publish: (effect: Effect) => Promise<Sent>;
  /** Takes a new token for the connection; the time it runs out, in ms. */
  readonly refresh: (token: string) => Promise<Result<number | null, RefreshRefusal>>;
}

/** The frame that answers what a connection sent; `text` is null for a binary message. */
export async function answer(text: string | null, hall: Hall): Promise<Frame> {
  const request = parseRequest(text);
  if (request.ok) return answerRequest(request.value, hall);
  const { id, message } = request.reason;
  return id === null ? errorFrame("bad_request", message) : errorReplyFrame(id, "bad_request", message);
}

async function answerRequest(request: ClientRequest, hall: Hall): Promise<Frame> {
  const { id } = request;
  switch (request.type) {
    case "ping":
      return replyFrame(id, { time: hall.now });
    case "presence":
      if (hall.consumer.presence !== true) return errorReplyFrame(id, "not_allowed", "this group tells no presence");
      return replyFrame(id, {
        ...hall.counts(),
        members: hall.users(LISTED_MAX).map(({ sub, info }) => ({ sub, info })),
      });
    case "history":
      return historyReply(request, hall);
    case "publish":
      return publish(request, hall);
    case "refresh": {
      const refreshed = await hall.refresh(request.token);
      if (refreshed.ok) return replyFrame(id, { expires_at: isoTime(refreshed.value) });
      const message =
        refreshed.reason === "unavailable" ? "the token cannot be looked at right now" : "not a token for here";
      return errorReplyFrame(id, refreshed.reason, message);
    }
  }
}

function historyReply(
  { id, after, limit }: Extract<ClientRequest, { type: "history" }>,
  { kept, now, maxAge }: Hall,
): Frame {
  const told = firstWithin(kept.since(after, limit, now, maxAge), REPLAY_LENGTH) // a few bytes must not ask for megabytes
    .map(({ offset, at, frame }) => ({ offset, at: new Date(at).toISOString(), frame }));
  return replyFrameOf(id, historyText(kept.position() ?? { epoch: null, offset: 0 }, told));
}

async function publish({ id, data }: Extract<ClientRequest, { type: "publish" }>, hall: Hall): Promise<Frame> {
  const { consumer, member, now } = hall;
  if (consumer.publish === undefined) return errorReplyFrame(id, "not_allowed", "nobody publishes here");
  if (consumer.publish.by === "token") {
    if (!member.mayPublish) return errorReplyFrame(id, "not_allowed", "the token gives no right to publish");
    if (member.expiresAt !== null && member.expiresAt <= now)
      return errorReplyFrame(id, "token_refused", "the token has run out");
  }
  const effect = consumer.publish.toEffect(data);
  if (!effect.ok) return errorReplyFrame(id, "bad_event", effect.reason);
  const { epoch, offset, connections } = await hall.publish(effect.value);
  return replyFrame(id, { epoch, offset, connections } satisfies Record<string, Json>);
}

const isoTime = (at: number | null): string | null => (at === null ? null : new Date(at).toISOString());
