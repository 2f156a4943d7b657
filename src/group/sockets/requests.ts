// Answers the requests of a belfry.v1 connection: ping, presence, history, publish, refresh.
import type { Member } from "../../core/admission.ts";
import type { Consumer, Effect } from "../../consumers/consumer.ts";
import {
  errorFrame,
  errorReplyFrame,
  historyText,
  replyFrame,
  replyFrameOf,
  type Counts,
  type Frame,
  type Who,
} from "../../core/frames.ts";
import type { SendResult } from "../../core/group-api.ts";
import type { Json } from "../../core/json.ts";
import { LISTED_MAX, REPLAY_LENGTH } from "../../core/limits.ts";
import { firstWithin } from "../../core/position.ts";
import { parseRequest, type ClientRequest } from "../../core/request.ts";
import type { Result } from "../../core/result.ts";
import { formatIsoTime } from "../../core/time.ts";
import type { PublicationLog } from "../publishing/history.ts";
import type { RefreshRefusal } from "./members.ts";

/** The parts of a group that requests use. */
export interface RequestContext {
  readonly consumer: Consumer;
  readonly publications: PublicationLog;
  readonly member: Member;
  /** ms since 1970. */
  readonly now: number;
  readonly maxAgeMs: number;
  readonly counts: () => Counts;
  readonly users: (limit: number) => readonly Who[];
  /** Null: the group's relay budget is used up, and the connection closed. */
  readonly publish: (effect: Effect) => Promise<SendResult | null>;
  /** Replaces the connection's token; returns its expiry in ms. */
  readonly refresh: (token: string) => Promise<Result<number | null, RefreshRefusal>>;
}

/** The frame that answers a message; `text` is null for a binary one. */
export async function respond(text: string | null, context: RequestContext): Promise<Frame> {
  const request = parseRequest(text);
  if (request.ok) return respondTo(request.value, context);
  const { id, message } = request.reason;
  return id === null ? errorFrame("bad_request", message) : errorReplyFrame(id, "bad_request", message);
}

async function respondTo(request: ClientRequest, context: RequestContext): Promise<Frame> {
  const { id } = request;
  switch (request.type) {
    case "ping":
      return replyFrame(id, { time: context.now });
    case "presence":
      if (context.consumer.presence !== true) return errorReplyFrame(id, "not_allowed", "this group has no presence");
      return replyFrame(id, {
        ...context.counts(),
        members: (context.member.seesMembers ? context.users(LISTED_MAX) : []).map(({ sub, info }) => ({ sub, info })),
      });
    case "history":
      return historyReply(request, context);
    case "publish":
      return publish(request, context);
    case "refresh": {
      const refreshed = await context.refresh(request.token);
      if (refreshed.ok) {
        const expiresAt = refreshed.value === null ? null : formatIsoTime(refreshed.value);
        return replyFrame(id, { expires_at: expiresAt });
      }
      const message =
        refreshed.reason === "unavailable" ? "the token cannot be verified right now" : "not a token for this group";
      return errorReplyFrame(id, refreshed.reason, message);
    }
  }
}

function historyReply(
  { id, after, limit }: Extract<ClientRequest, { type: "history" }>,
  { publications, now, maxAgeMs }: RequestContext,
): Frame {
  // Bounded by length: a short request must not cause megabytes.
  const listed = firstWithin(publications.since(after, limit, now, maxAgeMs), REPLAY_LENGTH).map(
    ({ offset, at, frame }) => ({ offset, at: formatIsoTime(at), frame }),
  );
  return replyFrameOf(id, historyText(publications.position() ?? { epoch: null, offset: 0 }, listed));
}

async function publish(
  { id, data, exactData }: Extract<ClientRequest, { type: "publish" }>,
  context: RequestContext,
): Promise<Frame> {
  const { consumer, member, now } = context;
  if (consumer.publish === undefined) return errorReplyFrame(id, "not_allowed", "nobody publishes here");
  if (consumer.publish.by === "token") {
    if (!member.mayPublish) return errorReplyFrame(id, "not_allowed", "the token gives no right to publish");
    if (member.expiresAt !== null && member.expiresAt <= now)
      return errorReplyFrame(id, "token_refused", "the token has run out");
  }
  const accepted = consumer.publish.toEffect(data);
  const exact = accepted.ok ? exactData() : accepted;
  const effect = exact.ok ? consumer.publish.toEffect(exact.value) : exact;
  if (!effect.ok) return errorReplyFrame(id, "bad_event", effect.reason);
  const sent = await context.publish(effect.value);
  if (sent === null) return errorReplyFrame(id, "not_allowed", "the group relays no more at present");
  const { epoch, offset, connections } = sent;
  return replyFrame(id, { epoch, offset, connections } satisfies Record<string, Json>);
}
