// The type of a consumer: the paths, access, messages, events and periodic push of one kind of
// group.
import type { Json, JsonObject } from "../core/json.ts";
import type { Result } from "../core/result.ts";
import type { Served } from "../core/route.ts";
import type { Settings } from "../core/settings.ts";
import type { BelfryEnv } from "../env.ts";

export interface Consumer extends Served {
  /**
   * `open`: connections of an allowed Origin. `token`: connections with a token for the group, or
   * an API key.
   */
  readonly access: "open" | "token";
  /**
   * Whether the group of a key exists; called before a connection wakes its object, and cached for
   * 30 s. Absent: every key that has its shape. A push per invented key costs a `produce` per period.
   */
  readonly exists?: (key: string, env: BelfryEnv & Cloudflare.Env) => boolean | Promise<boolean>;
  /** Internal to Belfry: routes and connections cannot reach its groups. */
  readonly isInternal?: true;
  /**
   * Data that a group stores:
   * - `order`: an order and its latest publication.
   * - `stream`: its last publications.
   * - `cache`: its latest tick, as long as a member may come back for it.
   * - `claims`: the order of each payment.
   * - `deliveries`: a provider's deliveries that belong to no order, until they are forwarded.
   * - `nothing`.
   */
  readonly keeps: "order" | "stream" | "cache" | "claims" | "deliveries" | "nothing";
  /** Retention of a `stream`. Default: 100 publications for 300 s. */
  readonly history?: { readonly size: number; readonly ttlSeconds: number };
  /** Whether members in belfry.v1 receive join and leave, and may request presence. */
  readonly presence?: true;
  /**
   * Maximum length of a received message, in UTF-16 units of a text or bytes of a binary message. A
   * longer one closes the connection with 1009. Default: 32,768.
   */
  readonly messageLength?: number;
  /** Handles a message of a connection in plain mode. Default: ignores it. */
  readonly receive?: (message: Received) => readonly Effect[];
  /** Handles `publish` of a connection in belfry.v1. Default: refuses it. */
  readonly publish?: {
    /** `token`: a token with the right to publish is required. */
    readonly by: "anyone" | "token";
    /** Returns the effect, or why the data is invalid. */
    readonly toEffect: (data: Json) => Result<Effect, string>;
  };
  /** Handlers by the type of event that a backend may send. In a type, `.` and `_` are equal. */
  readonly events: Readonly<Record<string, EventHandler>>;
  /** A periodic push to the whole group, while it has members. */
  readonly push?: PeriodicPush;
}

export interface Received {
  /** The text, or null for a binary message. */
  readonly text: string | null;
  /** ms since 1970. */
  readonly now: number;
  readonly settings: Settings;
}

/** A frame to send. A group that keeps a stream stores frames to `group`. */
export interface Effect {
  readonly to: "group" | "sender";
  readonly frame: Json;
}

/** Returns the frame of an event, or why the event is invalid. Called once per event. */
export type EventHandler = (event: JsonObject) => Result<Json, string>;

export interface PeriodicPush {
  /** The period in ms. */
  readonly every: (settings: Settings) => number;
  /**
   * Returns the frame of one tick; may fetch. The tick is skipped and logged if this throws,
   * exceeds the period or 30 s, or returns more than 524,288 characters or a value that is not
   * JSON.
   */
  readonly produce: (tick: Tick) => Json | Promise<Json>;
}

export interface Tick {
  /** ms since 1970. */
  readonly now: number;
  readonly group: string;
  /** Parameters of the path: `{ project: "7" }` for `/ws/alarm/7/`. */
  readonly params: Readonly<Record<string, string>>;
  /** The Worker's own environment, as `wrangler types` describes it. */
  readonly env: BelfryEnv & Cloudflare.Env;
  readonly settings: Settings;
  /** Aborted at the deadline and when the last connection has left. Pass it to `fetch`. */
  readonly signal: AbortSignal;
}
