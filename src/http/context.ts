// Bindings and variables of every route. Handlers import these types from here, because app.ts
// imports every handler.
import type { Context } from "hono";
import type { Settings } from "../core/settings.ts";

export interface RouteEnv {
  Bindings: Env;
  Variables: {
    /** Arrival of the request, in ms since 1970. */
    startedAtMs: number;
    settings: Settings;
  };
}

export type RouteContext = Context<RouteEnv>;
