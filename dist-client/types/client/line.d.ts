import { type RequestId } from "../core/frames.ts";
import type { Position } from "../core/position.ts";
import type { GroupEvents, Outcome, Publication } from "./api.ts";
import type { Ears } from "./ears.ts";
import { BelfryError } from "./error.ts";
import type { Platform } from "./platform.ts";
import type { State } from "./state.ts";
import type { Tokens } from "./tokens.ts";
export type LineEvents = GroupEvents & {
  readonly status: Outcome;
  readonly reply: Reply;
};
export interface Reply {
  readonly id: RequestId;
  readonly result: unknown;
  readonly error?: Wrong;
}
interface Wrong {
  readonly code: number;
  readonly reason: string;
  readonly message: string;
  readonly temporary: boolean;
}
/** What a connection is made with. */
export interface Wiring {
  /** Where its group is. */
  readonly url: string;
  readonly platform: Platform;
  readonly tokens: Tokens;
  /** It has ended for good: whoever wants the group makes another. */
  readonly onEnd: () => void;
}
export declare class Line {
  #private;
  readonly platform: Platform;
  /** The listeners of each handle. */
  readonly handles: Set<Ears<LineEvents>>;
  state: State;
  latest: Publication | null;
  outcome: Outcome | null;
  lastId: number;
  protected position: Position | null;
  constructor(wiring: Wiring);
  start(): void;
  /** For good. */
  end(code: number, reason: string): void;
  send(frame: object): void;
  /** Where the group stands; `isNew` if nothing was recovered, `hasMissed` if something should have been. */
  protected welcomed?(at: Position, isNew: boolean, hasMissed: boolean): void;
  protected entered?(state: State): void;
  protected woken?(): void;
  protected took(publication: Publication): void;
  /** To every handle. One of them may close the line over it, so what must not be done then is not done behind a tell. */
  protected tell<Event extends keyof LineEvents>(event: Event, value: LineEvents[Event]): void;
}
export declare const errorOf: ({ reason, code, temporary, message }: Wrong) => BelfryError;
export {};
