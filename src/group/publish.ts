// Frames on their way to their receivers: kept first where the group keeps a stream, then sent, once per idempotency key. Makes no frame.
import type { Positioned } from "../core/frames.ts";
import type { Sending, Sent } from "../core/group-api.ts";
import { DAY_MS } from "../core/limits.ts";
import { no, ok, type Result } from "../core/result.ts";
import { countOf, type Receivers } from "./connections.ts";
import { forgetBy } from "./forget.ts";
import type { Parts } from "./parts.ts";

/** What became of it; and, unless it was sent before, what is to go out. */
interface Kept {
  readonly sent: Result<Sent, "key_reused">;
  readonly delivery: { readonly receivers: Receivers; readonly publication: Positioned } | null;
}

/** All of them in one transaction; then those that are for everybody, one behind the other, in one delivery. */
export function publishAll(
  parts: Parts,
  sendings: readonly Sending[],
  now: number,
): readonly Result<Sent, "key_reused">[] {
  const kept = parts.store.transaction(() => sendings.map((sending) => keep(parts, sending, now)));
  const everybody = parts.connections.receivers({ kind: "group" }, null);
  let together: Positioned[] = [];
  const flush = () => {
    if (together.length > 0) parts.deliver(everybody, together);
    together = [];
  };
  for (const [i, { delivery }] of kept.entries()) {
    if (delivery === null) continue;
    if (isForEverybody(sendings[i])) {
      together.push(delivery.publication);
      continue;
    }
    flush();
    parts.deliver(delivery.receivers, [delivery.publication]);
  }
  flush();
  return kept.map(({ sent }) => sent);
}

const isForEverybody = (sending: Sending | undefined): boolean =>
  sending?.to.kind === "group" && sending.exclude === null;

/** Only what is for the whole group is kept, and only in a stream: a position that some never see would be a gap. */
function keep(parts: Parts, { frame, to, exclude, once }: Sending, now: number): Kept {
  const before = once === null ? null : parts.once.before(once, now);
  if (before !== null) return { sent: before === "other" ? no("key_reused") : ok(before), delivery: null };
  const { history } = parts;
  const receivers = parts.connections.receivers(to, exclude);
  const isKept = history.keeping === "stream" && to.kind === "group";
  const at = isKept ? history.append(frame, now) : null;
  const sent = { ...(at ?? parts.kept.position() ?? { epoch: null, offset: 0 }), connections: countOf(receivers) };
  if (once !== null) parts.once.keep(once, sent, now);
  forgetBy(parts, isKept ? now + history.ttl : Infinity, once === null ? Infinity : now + DAY_MS);
  return { sent: ok(sent), delivery: { receivers, publication: { data: frame, position: at } } };
}
