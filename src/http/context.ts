// Bindings and variables of every route. Handlers import these types from here, because app.ts
// imports every handler.
import type { Context } from "hono";
import type { ApiKey } from "../core/api-key.ts";
import type { Settings } from "../core/settings.ts";
import type { BelfryEnv } from "../env.ts";
import type { Installation } from "../installation.ts";

export interface RouteEnv {
  Bindings: BelfryEnv;
  Variables: {
    /** Arrival of the request, in ms since 1970. */
    startedAtMs: number;
    settings: Settings;
    installation: Installation;
    /** The key that a route with `api_key` access was called with. */
    apiKey: ApiKey;
  };
}

export type RouteContext = Context<RouteEnv>;
