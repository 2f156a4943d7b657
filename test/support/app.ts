// The Worker's routes. Tests call them with changed settings: `app.request(path, init, { ...env, API_KEYS })`.
import { allProviders } from "../../src/callbacks/providers.ts";
import { createApp } from "../../src/http/app.ts";
import { install } from "../../src/installation.ts";
import { consumers } from "./consumers.ts";

export const app = createApp(install(consumers, allProviders), false);
