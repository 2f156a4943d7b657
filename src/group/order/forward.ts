// Forwards events to the merchant's backend, signed as Standard Webhooks, until it confirms them.
import { toBase64, utf8 } from "../../callbacks/bytes.ts";
import { hmacSign, webhookSecret } from "../../callbacks/signature.ts";
import { afterTry, FORWARD_TRY_MS, forwardOfDelivery, retryAfterOf } from "../../core/forward.ts";
import { encode } from "../../core/frames.ts";
import type { UnclaimedDelivery } from "../../core/group-api.ts";
import { DAY_MS, DELIVERY_DAYS } from "../../core/limits.ts";
import type { LogLine } from "../../core/log.ts";
import type { OrderSettings } from "../../core/settings.ts";
import { formatIsoTime } from "../../core/time.ts";
import { withDeadline } from "../../net/deadline.ts";
import type { DueTimes } from "../schedule/due-times.ts";
import type { Outbox, OutboxEntry } from "./outbox.ts";
import type { OrderStore } from "./store.ts";

/** Pause of pending forwards while `FORWARD_URL` is unset. */
const UNSET_PAUSE_MS = 3_600_000;

interface ForwarderOptions {
  readonly group: string;
  readonly store: OrderStore;
  readonly outbox: Outbox;
  readonly dueTimes: DueTimes;
  readonly settings: OrderSettings;
  readonly log: (line: LogLine) => void;
}

export class Forwarder {
  readonly #options: ForwarderOptions;

  constructor(options: ForwarderOptions) {
    this.#options = options;
  }

  /** Enqueues the forward of a delivery about no order; false if its event id is known. */
  enqueueDelivery({ instance, type, eventId, raw }: UnclaimedDelivery, now: number): boolean {
    const { store, outbox, dueTimes } = this.#options;
    return store.transaction(() => {
      if (eventId !== null && !outbox.addSeen(eventId, now)) return false;
      const body = forwardOfDelivery(instance, type, eventId, raw, formatIsoTime(now));
      outbox.enqueue(newForwardId(), encode(body), now);
      const due = dueTimes.current;
      // At once: these deliveries are independent, so they skip those that wait for a next attempt.
      const forward = Math.min(due.forward ?? now, now);
      dueTimes.replace({ ...due, forward, cleanup: due.cleanup ?? now + DAY_MS });
      return true;
    });
  }

  /** Sends the next pending forward and records the result. */
  async forwardNext(): Promise<void> {
    const { group, settings, store, outbox, log } = this.#options;
    const head = outbox.head();
    if (head === null) return this.#schedule(null);
    const now = Date.now();
    if (settings.forward === null) {
      // Pending for DELIVERY_DAYS: `FORWARD_URL` may be set again.
      if (now - head.due > DELIVERY_DAYS * DAY_MS) outbox.markFailed(head.id);
      return this.#schedule(outbox.head() === null ? null : now + UNSET_PAUSE_MS);
    }
    const tries = head.tries + 1;
    const headers = await signedHeaders(settings.forward.secrets, head, now);
    // Recorded before it is sent: a crash in between costs an attempt, not the forward.
    const ifSilent = afterTry(tries, null, null, now, Math.random());
    outbox.recordAttempt(head.id, tries, ifSilent.do === "try_again" ? ifSilent.at : now);
    this.#schedule(outbox.head()?.due ?? null);
    const { status, retryAfterMs } = await post(settings.forward.url, headers, head.body, now);
    // The order was erased in the meantime, and the outbox with it.
    if (store.erasedAt() !== null) return;
    const next = afterTry(tries, status, retryAfterMs, Date.now(), Math.random());
    if (next.do === "delivered") outbox.delete(head.id);
    if (next.do === "give_up") outbox.markFailed(head.id);
    if (next.do === "try_again") outbox.recordAttempt(head.id, tries, next.at);
    this.#schedule(outbox.head()?.due ?? null);
    if (next.do !== "delivered")
      log({ event: "forward", group, reason: next.do, detail: `status ${status ?? "none"}`, tries });
  }

  /** Deletes old deliveries about no order, and schedules the next run while any remains. */
  deleteOldDeliveries(now: number): void {
    const { outbox, dueTimes } = this.#options;
    const before = now - DELIVERY_DAYS * DAY_MS;
    outbox.deleteFailed(before);
    const hasSeen = outbox.deleteSeen(before);
    // A pending forward may fail later, and must be deleted then.
    const remains = hasSeen || dueTimes.current.forward !== undefined || outbox.counts().failed > 0;
    dueTimes.set("cleanup", remains ? now + DAY_MS : undefined);
  }

  #schedule(at: number | null): void {
    this.#options.dueTimes.set("forward", at ?? undefined);
  }
}

/** A new `webhook-id`. Free of dots: a dot would shift the borders of the signed text. */
export const newForwardId = (): string => `msg_${crypto.randomUUID().replaceAll("-", "")}`;

/**
 * Headers that sign a body as Standard Webhooks, once with each secret: while one is rotated, a receiver
 * knows either. A secret is base64, with or without the prefix `whsec_`.
 */
async function signedHeaders(
  secrets: readonly string[],
  { id, body }: OutboxEntry,
  now: number,
): Promise<Record<string, string>> {
  const timestamp = Math.floor(now / 1000);
  const message = utf8(`${id}.${timestamp}.${body}`);
  const signatures = secrets.map(async (secret) => {
    const bytes = webhookSecret(secret);
    if (bytes === null) throw new Error("FORWARD_SECRET must be base64"); // checked when the settings were parsed
    return `v1,${toBase64(await hmacSign(bytes, message))}`;
  });
  return {
    "Content-Type": "application/json",
    "webhook-id": id,
    "webhook-timestamp": String(timestamp),
    "webhook-signature": (await Promise.all(signatures)).join(" "),
  };
}

interface ForwardResponse {
  /** Null after a timeout or a failed connection. */
  readonly status: number | null;
  /** Retry-After in ms; null if absent. */
  readonly retryAfterMs: number | null;
}

async function post(url: string, headers: Record<string, string>, body: string, now: number): Promise<ForwardResponse> {
  try {
    return await withDeadline(FORWARD_TRY_MS, async (signal) => {
      const response = await fetch(url, { method: "POST", headers, body, redirect: "manual", signal });
      await response.body?.cancel();
      const retryAfterMs = retryAfterOf(response.headers.get("Retry-After"), now, Date.parse);
      return { status: response.status, retryAfterMs };
    });
  } catch {
    return { status: null, retryAfterMs: null }; // timeout or failed connection
  }
}
