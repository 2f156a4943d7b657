// Publishes frames: stores them where the group retains a stream, once per idempotency key, and sends them.
import type { Positioned } from "../../core/frames.ts";
import type { SendRequest, SendResult } from "../../core/group-api.ts";
import { DAY_MS } from "../../core/limits.ts";
import { no, ok, type Result } from "../../core/result.ts";
import type { DueTimes } from "../schedule/due-times.ts";
import { countOf, type Connections, type Receivers } from "../sockets/connections.ts";
import type { GroupStorage } from "../storage.ts";
import type { History, PublicationLog } from "./history.ts";
import type { IdempotencyStore } from "./idempotency.ts";

export type PublishOutcome = Result<SendResult, "key_reused">;

/** The outcome of a request, and its delivery; null if the request is a repetition. */
interface Stored {
  readonly outcome: PublishOutcome;
  readonly delivery: { readonly receivers: Receivers; readonly publication: Positioned } | null;
}

interface PublisherOptions {
  readonly storage: GroupStorage;
  readonly connections: Connections;
  readonly history: History;
  readonly publications: PublicationLog;
  readonly idempotency: IdempotencyStore<SendResult>;
  readonly dueTimes: DueTimes;
}

export class Publisher {
  readonly #options: PublisherOptions;

  constructor(options: PublisherOptions) {
    this.#options = options;
  }

  /** Stores all requests in one transaction, then sends them. Adjacent ones for the whole group share a delivery. */
  publishAll(requests: readonly SendRequest[], now: number): readonly PublishOutcome[] {
    const { storage, connections } = this.#options;
    const stored = storage.transaction(() => requests.map((request) => this.#store(request, now)));
    const wholeGroup = connections.receivers({ kind: "group" }, null);
    let adjacent: Positioned[] = [];
    const flush = () => {
      if (adjacent.length > 0) connections.deliver(wholeGroup, adjacent);
      adjacent = [];
    };
    for (const [i, { delivery }] of stored.entries()) {
      if (delivery === null) continue;
      if (isForWholeGroup(requests[i])) {
        adjacent.push(delivery.publication);
        continue;
      }
      flush();
      connections.deliver(delivery.receivers, [delivery.publication]);
    }
    flush();
    return stored.map(({ outcome }) => outcome);
  }

  /** Only publications for the group enter a stream: a position that some members never receive would be a gap. */
  #store({ frame, to, exclude, idempotency: key }: SendRequest, now: number): Stored {
    const { connections, history, publications, idempotency, dueTimes } = this.#options;
    const earlier = key === null ? null : idempotency.find(key, now);
    if (earlier !== null) return { outcome: earlier === "key_reused" ? no("key_reused") : ok(earlier), delivery: null };
    const receivers = connections.receivers(to, exclude);
    const isStored = history.retention === "stream" && to.kind === "group";
    const position = isStored ? history.append(frame, now) : null;
    const current = position ?? publications.position() ?? { epoch: null, offset: 0 };
    const result = { ...current, connections: countOf(receivers) };
    if (key !== null) idempotency.save(key, result, now);
    const expiresAt = Math.min(isStored ? now + history.ttlMs : Infinity, key === null ? Infinity : now + DAY_MS);
    if (expiresAt !== Infinity) dueTimes.setEarlier("history", expiresAt);
    return { outcome: ok(result), delivery: { receivers, publication: { data: frame, position } } };
  }
}

const isForWholeGroup = (request: SendRequest | undefined): boolean =>
  request?.to.kind === "group" && request.exclude === null;
