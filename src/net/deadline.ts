// Runs a request with a timeout whose timer ends with the request.

/**
 * Runs `work` with a signal that is aborted after `ms`. The timer of `AbortSignal.timeout` would
 * outlive the response, and a pending timer keeps a Durable Object awake and billed
 * (durable_object_io_tasks_prevent_eviction, 2026-10-01).
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
