// Bindings and variables of every route. Types only, so that a handler imports no route table.
import type { Context } from "hono";
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
  };
}

export type RouteContext = Context<RouteEnv>;
