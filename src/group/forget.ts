// What is kept for a time only, and when it is given up: publications, idempotency keys, a position that nobody came back to. Sends nothing.
import { withDue } from "../core/due.ts";
import { openConnections } from "./connections.ts";
import type { Parts } from "./parts.ts";

/** It is looked after at the earliest of `times`, in ms, or before. */
export function forgetBy({ store }: Parts, ...times: readonly number[]): void {
  const due = store.due();
  const at = Math.min(due.history ?? Infinity, ...times);
  if (at !== Infinity) store.keepDue(withDue(due, "history", at));
}

/** Gives up what is too old. A group that keeps nothing else, and that nobody is in, is gone altogether. */
export async function forgetOld(parts: Parts, now: number): Promise<void> {
  const { ctx, store, history, once, self } = parts;
  const isWatched = openConnections(ctx).length > 0;
  const next = history.forget(now, isWatched);
  const nextKey = once.forget(now);
  const isEmpty = next === null && nextKey === undefined && !isWatched;
  if (isEmpty && isForgettable.has(self.consumer.keeps)) return parts.forgetAll();
  const at = Math.min(next ?? Infinity, nextKey ?? Infinity);
  store.keepDue(withDue(store.due(), "history", at === Infinity ? undefined : at));
}

const isForgettable: ReadonlySet<string> = new Set(["stream", "cache", "nothing"]);
