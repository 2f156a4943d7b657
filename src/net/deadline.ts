// A deadline for asking somebody: ends with the answer. Knows nothing of what is asked.

/**
 * Runs `work` with a signal that is aborted after `ms`. Not `AbortSignal.timeout`: its timer outlives the answer, and a pending timer
 * keeps a Durable Object awake, and billed (durable_object_io_tasks_prevent_eviction, 2026-10-01).
 */
export async function withDeadline<Value>(ms: number, work: (signal: AbortSignal) => Promise<Value>): Promise<Value> {
  const deadline = new AbortController();
  const timer = setTimeout(() => deadline.abort(), ms);
  try {
    return await work(deadline.signal);
  } finally {
    clearTimeout(timer);
  }
}
