import type { Json } from "../core/json.ts";
import type { Group, History, On, Order, Outcome, Presence, Publication, Published, Settled, Until } from "./api.ts";
import { type Line, type LineEvents } from "./line.ts";
import type { State } from "./state.ts";
/** `Told` is the event that an iteration gives. */
declare class Handle<Told extends keyof LineEvents> {
  #private;
  protected readonly line: Line;
  constructor(line: Line, told: Told, onClose: (handle: { close(): void }) => void);
  get state(): State;
  readonly on: On<LineEvents>;
  close(): void;
  ping(wait?: Until): Promise<{
    readonly time: number;
  }>;
  publish(data: Json, wait?: Until): Promise<Published>;
  [Symbol.asyncIterator](): AsyncIterator<LineEvents[Told]>;
  /** Waits for the connection, then for the answer. What was sent when it was lost may have been done or not, and is not sent again. */
  protected ask<Result>(request: object, wait?: Until): Promise<Result>;
}
export declare class OrderHandle extends Handle<"status"> implements Order {
  readonly biz: string;
  constructor(biz: string, line: Line, onClose: (handle: { close(): void }) => void);
  get outcome(): Outcome | null;
  settled(wait?: Until): Promise<Settled>;
}
export declare class GroupHandle extends Handle<"publication"> implements Group {
  readonly path: string;
  constructor(path: string, line: Line, onClose: (handle: { close(): void }) => void);
  get latest(): Publication | null;
  presence(wait?: Until): Promise<Presence>;
  history({
    after,
    limit,
    ...wait
  }?: {
    readonly after?: number;
    readonly limit?: number;
  } & Until): Promise<History>;
}
export {};
