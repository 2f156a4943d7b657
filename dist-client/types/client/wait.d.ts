import type { Undo, Until } from "./api.ts";
import type { Clock } from "./platform.ts";
/** A promise that `begin` ends, later, or the timeout, or the signal: whichever is first. What `begin` gives is called then. */
export declare function until<Value>(
  clock: Clock,
  { timeout, signal }: Until,
  begin: (resolve: (value: Value) => void, reject: (error: unknown) => void) => Undo,
): Promise<Value>;
/** Also for one that is aborted already. */
export declare function whenAborted(signal: AbortSignal | undefined, act: () => void): Undo;
/** Everything that is told from now on, one after the other; ends when `end` is called. */
export declare function iterate<Value>(
  begin: (tell: (value: Value) => void, end: () => void) => Undo,
): AsyncIterator<Value>;
