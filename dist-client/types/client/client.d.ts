import type { Client } from "./api.ts";
import { type Options } from "./platform.ts";
/**
 * Begins with nothing: connections are opened by what is asked for. `url` is where Belfry is, `https://push.example` or `wss://…`; in a
 * page it may be relative. All clients of a page share one connection per group, with the options of the first; elsewhere each client
 * has its own, since a server has many people's.
 */
export declare function connect(url: string | URL, options?: Options): Client;
