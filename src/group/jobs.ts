// What an alarm is set for, the push aside: asks for an order's status, closes it, hands facts on, gives up, ends, tells. Arms no alarm.
import { FAULT_PAUSE_MS, withDue, type Due, type Job } from "../core/due.ts";
import type { Fact } from "../core/fact.ts";
import { afterTry } from "../core/forward.ts";
import { DAY_MS, DELIVERY_DAYS } from "../core/limits.ts";
import { errorText } from "../core/log.ts";
import { isSettled } from "../core/order.ts";
import { waitBefore } from "../core/reconcile.ts";
import type { Desk } from "./desk.ts";
import { askable, askBackend, askProviders, canAsk } from "./ask.ts";
import { forward, sign } from "./forward.ts";
import type { Store } from "./store.ts";

export async function runJobs(jobs: readonly Job[], desk: Desk): Promise<void> {
  for (const job of jobs) {
    try {
      await runJob(job, desk);
    } catch (error) {
      // A fault of ours: told, and put off, so that it neither stops the other jobs nor rings the alarm without end.
      const route = `${desk.group} ${job}`;
      desk.note({ event: "fault", reason: "internal", route, detail: errorText(error) });
      desk.store.keepDue({ ...desk.store.due(), pause: Date.now() + FAULT_PAUSE_MS });
    }
  }
}

async function runJob(job: Job, desk: Desk): Promise<void> {
  switch (job) {
    case "reconcile":
      return reconcile(desk);
    case "expiry":
      return expire(desk);
    case "forward":
      return handOn(desk);
    case "cleanup":
      return cleanUp(desk);
    case "history":
      return desk.forgetOld();
    case "presence":
      return desk.tellLeaves();
    case "tokens":
      return desk.members.checkTokens(Date.now());
  }
}

/** The facts that asking brings, and how long who was asked wants to be left alone, in ms. */
async function ask(desk: Desk): Promise<{ facts: readonly Fact[]; wait: number }> {
  const { group, key, env, providers, settings, store } = desk;
  const now = Date.now();
  const answer =
    settings.statusUrl === null
      ? await askProviders(await askable(providers, env), store.orderRow()?.orderId ?? key, now)
      : await askBackend(settings, key, now);
  // That nothing has happened yet is no fact to keep, and none to hand on.
  if (answer.ok) return { facts: answer.value.filter(isNews), wait: 0 };
  const { reason, detail, retryAfter } = answer.reason;
  desk.note({ event: "reconcile", group, reason, detail, ms: Date.now() - now });
  return { facts: [], wait: Math.min(retryAfter ?? 0, RETRY_AFTER_MAX) };
}

const isNews = (fact: Fact): boolean => fact.kind !== "payment" || fact.status !== "pending";

/** However long a backend wants to be left alone: an hour, or a page would wait for nothing. */
const RETRY_AFTER_MAX = 3_600_000;

async function reconcile(desk: Desk): Promise<void> {
  const attempt = (desk.store.due().reconcile?.attempt ?? 0) + 1;
  // Put off before it is asked: whatever becomes of this attempt, the next one comes.
  const putOff = (wait: number) => {
    const at = Date.now() + Math.max(waitBefore(attempt, Math.random()), wait);
    desk.store.keepDue({ ...desk.store.due(), reconcile: { at, attempt } });
  };
  putOff(0);
  const { facts, wait } = await ask(desk);
  if (desk.store.erasedAt() !== null) return;
  if (wait > 0) putOff(wait);
  await desk.take(facts);
}

/** Asked about once more, and only then closed. A payment that comes after this still wins, marked `late`. */
async function expire(desk: Desk): Promise<void> {
  // As it is now, not as it was when the alarm rang: another job may have found it paid, or a backend given it more time.
  const order = desk.store.orderRow();
  const expiresAt = order?.registration?.expiresAt ?? null;
  if (order === null || expiresAt === null || expiresAt > Date.now() || isSettled(order.told.status)) return;
  if (await canAsk(desk.providers, desk.env, desk.settings)) await desk.take((await ask(desk)).facts);
  // And so again after it was asked about.
  const stored = desk.store.orderRow();
  if (stored === null || isSettled(stored.told.status) || stored.registration?.expiresAt !== expiresAt) return;
  await desk.take([{ kind: "expired", instance: "belfry", eventId: `expired ${expiresAt}`, at: Date.now() }]);
}

async function handOn(desk: Desk): Promise<void> {
  const { group, settings, store, outbox } = desk;
  const head = outbox.head();
  if (head === null) return dueForward(store, null);
  const now = Date.now();
  if (settings.forward === null) {
    // It stays for a time: `FORWARD_URL` may be set again.
    if (now - head.due > DELIVERY_DAYS * DAY_MS) outbox.giveUp(head.id);
    return dueForward(store, outbox.head() === null ? null : now + UNSET_PAUSE_MS);
  }
  const tries = head.tries + 1;
  const signed = await sign(settings.forward.secret, head, now);
  // Counted before it is sent: a crash in the middle costs one try, and no message.
  const ifSilent = afterTry(tries, null, null, now, Math.random());
  outbox.tried(head.id, tries, ifSilent.do === "try_again" ? ifSilent.at : now);
  dueForward(store, outbox.head()?.due ?? null);
  const { status, retryAfter } = await forward(settings.forward.url, signed, head.body, now);
  // Erased meanwhile: the outbox is gone.
  if (store.erasedAt() !== null) return;
  const next = afterTry(tries, status, retryAfter, Date.now(), Math.random());
  if (next.do === "delivered") outbox.delivered(head.id);
  if (next.do === "give_up") outbox.giveUp(head.id);
  if (next.do === "try_again") outbox.tried(head.id, tries, next.at);
  dueForward(store, outbox.head()?.due ?? null);
  if (next.do !== "delivered") {
    desk.note({ event: "forward", group, reason: next.do, detail: `status ${status ?? "none"}`, tries });
  }
}

/** How long what is owed waits while there is nowhere to send it. */
const UNSET_PAUSE_MS = 3_600_000;

function dueForward(store: Store, at: number | null): void {
  store.keepDue(withDue(store.due(), "forward", at ?? undefined));
}

/** An order is erased when its retention is over and nothing is owed; deliveries about no order are deleted by their age. */
async function cleanUp(desk: Desk): Promise<void> {
  const { store, outbox, order } = desk;
  const now = Date.now();
  if (order !== null) {
    // As it is now: since the alarm was set the order may have changed.
    order.setDueTimes(await desk.around());
    const isDue = (store.due().cleanup ?? Infinity) <= now;
    if (isDue && outbox.outstanding().owed === 0) return desk.erase();
    if (isDue) store.keepDue({ ...store.due(), cleanup: now + DAY_MS });
    return;
  }
  const due: Due = store.due();
  const before = now - DELIVERY_DAYS * DAY_MS;
  outbox.forgetGivenUp(before);
  // What is being tried may be given up yet, and has to be deleted then.
  const isKept = outbox.forgetSeen(before) || due.forward !== undefined || outbox.outstanding().givenUp > 0;
  const { cleanup: _, ...rest } = due;
  store.keepDue(isKept ? { ...rest, cleanup: now + DAY_MS } : rest);
}
