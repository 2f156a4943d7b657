// What is kept for a time only, and when it is given up: publications, idempotency keys, a position that nobody came back to. Sends nothing.
import type { Consumer } from "../consumers/consumer.ts";
import { withDue } from "../core/due.ts";
import type { Parts } from "./parts.ts";

/** It is looked after at the earliest of `times`, in ms, or before. */
export function forgetBy({ store }: Parts, ...times: readonly number[]): void {
  const due = store.due();
  const at = Math.min(due.history ?? Infinity, ...times);
  if (at !== Infinity) store.keepDue(withDue(due, "history", at));
}

/** Gives up what is too old. A group that keeps nothing else, and that nobody is in, is gone altogether. */
export async function forgetOld(parts: Parts, now: number): Promise<void> {
  const { connections, store, history, once, self } = parts;
  const isWatched = connections.count > 0;
  const next = history.forget(now, isWatched);
  const nextKey = once.forget(now);
  const isEmpty = next === null && nextKey === undefined && !isWatched;
  if (isEmpty && isForgettable.has(self.consumer.keeps)) return parts.forgetAll();
  const at = Math.min(next ?? Infinity, nextKey ?? Infinity);
  store.keepDue(withDue(store.due(), "history", at === Infinity ? undefined : at));
}

const isForgettable: ReadonlySet<Consumer["keeps"]> = new Set(["stream", "cache", "nothing"]);
