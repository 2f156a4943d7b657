// Runs the jobs of an alarm one after the other. A failed job does not stop the others.
import { FAULT_PAUSE_MS, type Job } from "../../core/due.ts";
import type { DueTimes } from "./due-times.ts";

/** One function per job. */
export type JobHandlers = Readonly<Record<Job, () => void | Promise<void>>>;

/**
 * Runs `jobs`. After an exception, an internal error, all jobs pause for `FAULT_PAUSE_MS`, so that a
 * failing job does not fire the alarm without end.
 */
export async function runJobs(
  jobs: readonly Job[],
  handlers: JobHandlers,
  dueTimes: DueTimes,
  onError: (job: Job, error: unknown) => void,
): Promise<void> {
  for (const job of jobs) {
    try {
      await handlers[job]();
    } catch (error) {
      onError(job, error);
      dueTimes.set("pause", Date.now() + FAULT_PAUSE_MS);
    }
  }
}
