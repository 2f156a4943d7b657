// One frame on its way to its receivers: kept first where the group keeps a stream, then sent, once per idempotency key. Makes no frame.
import type { Frame } from "../core/frames.ts";
import { DAY_MS } from "../core/limits.ts";
import { no, ok, type Result } from "../core/result.ts";
import { countOf, type Receiver } from "./connections.ts";
import { forgetBy } from "./forget.ts";
import type { Once } from "./once.ts";
import type { Parts } from "./parts.ts";
import type { Sent } from "./requests.ts";

/** A frame for a group, or for some of it. */
export interface Sending {
  readonly frame: Frame;
  readonly to: Receiver;
  /** The id of a connection that does not get it; null = everybody does. */
  readonly exclude: string | null;
  readonly once: Once | null;
}

/** Only what is for the whole group is kept, and only in a stream: a position that some never see would be a gap. */
export function publish(parts: Parts, { frame, to, exclude, once }: Sending, now: number): Result<Sent, "key_reused"> {
  const before = once === null ? null : parts.once.before(once, now);
  if (before === "other") return no("key_reused");
  if (before !== null) return ok(before);
  const { history } = parts;
  const receivers = parts.connections.receivers(to, exclude);
  const isKept = history.keeping === "stream" && to.kind === "group";
  const { at, sent } = parts.store.transaction(() => {
    const at = isKept ? history.append(frame, now) : null;
    const sent = { ...(at ?? parts.kept.position() ?? { epoch: null, offset: 0 }), connections: countOf(receivers) };
    if (once !== null) parts.once.keep(once, sent, now);
    forgetBy(parts, isKept ? now + history.ttl : Infinity, once === null ? Infinity : now + DAY_MS);
    return { at, sent };
  });
  parts.deliver(receivers, frame, at);
  return ok(sent);
}
