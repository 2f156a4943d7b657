// What a kind of group declares: its paths, who may connect, what a connection's text causes, its events, its periodic push. Runs nothing itself.
import type { Json, JsonObject } from "../core/json.ts";
import type { Result } from "../core/result.ts";
import type { Served } from "../core/route.ts";
import type { Settings } from "../core/settings.ts";
import type { BelfryEnv } from "../env.ts";

export interface Consumer extends Served {
  /** Who may connect: anybody whose Origin is allowed, or only who brings a token for the group (or an API key). */
  readonly access: "open" | "token";
  /** No route and no connection reaches its groups: they are Belfry's own. */
  readonly isInternal?: true;
  /**
   * What a group keeps: its order, for whoever connects later; all of its last publications (`stream`); its latest tick, as long as
   * somebody is there to come back for it (`cache`); which orders claimed which payments (`claims`); a provider's deliveries about no
   * order, until they are handed on; or nothing.
   */
  readonly keeps: "order" | "stream" | "cache" | "claims" | "deliveries" | "nothing";
  /** How much a `stream` keeps. Absent = 100 publications, for 300 s. */
  readonly history?: { readonly size: number; readonly ttlSeconds: number };
  /** Whether members in belfry.v1 are told who comes and goes, and may ask who is there. */
  readonly presence?: true;
  /** The longest message a connection may send, in UTF-16 units or bytes; a longer one ends it with 1009. Absent = 32,768. */
  readonly messageLength?: number;
  /** What a text from a connection in plain mode causes. Absent = it is ignored. */
  readonly receive?: (message: Received) => readonly Effect[];
  /** What a `publish` from a connection in belfry.v1 causes, and who has the right to it. Absent = nobody. */
  readonly publish?: {
    readonly by: "anyone" | "token";
    /** Makes the frame, or says what is wrong with the data. */
    readonly toEffect: (data: Json) => Result<Effect, string>;
  };
  /** The event types that a backend may send into a group, each with what makes its frame. `.` and `_` mean the same in a type. */
  readonly events: Readonly<Record<string, EventHandler>>;
  /** One periodic push for the whole group, for as long as somebody is connected. */
  readonly push?: PeriodicPush;
}

export interface Received {
  /** The text, or null for a binary message. */
  readonly text: string | null;
  /** ms since 1970. */
  readonly now: number;
  readonly settings: Settings;
}

/** A frame for everybody in the group or for the sender alone. Only in a group that keeps a stream it is kept, and only if it is for everybody. */
export interface Effect {
  readonly to: "group" | "sender";
  readonly frame: Json;
}

/** Makes the frame of an event, once per event and not once per connection; or says what is wrong with the event. */
export type EventHandler = (event: JsonObject) => Result<Json, string>;

export interface PeriodicPush {
  /** The period in ms. */
  readonly every: (settings: Settings) => number;
  /**
   * Makes the frame of one tick; it may fetch. One that throws, gives something that is not JSON or longer than 524,288 characters, or
   * takes longer than the smaller of the period and 30 s costs the group this tick and no other, and stands in the log.
   */
  readonly produce: (tick: Tick) => Json | Promise<Json>;
}

export interface Tick {
  /** ms since 1970. */
  readonly now: number;
  readonly group: string;
  /** What the path said: `{ project: "7" }` for `/ws/alarm/7/`. */
  readonly params: Readonly<Record<string, string>>;
  /** The Worker's own environment, as `wrangler types` describes it. */
  readonly env: BelfryEnv & Cloudflare.Env;
  readonly settings: Settings;
  /** Aborted at the deadline and when the last connection has left. Hand it to `fetch`. */
  readonly signal: AbortSignal;
}
