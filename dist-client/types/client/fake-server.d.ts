import type { Options } from "./platform.ts";
import { type FakeGroup, type FakeOrder } from "./fake-group.ts";
import { type Deliver, type FakeConnection } from "./fake-socket.ts";
export interface FakeServer {
  /** For `connect(url, { ...server.options })`: everything the client would reach outside with. */
  readonly options: Required<Pick<Options, "WebSocket" | "fetch" | "storage" | "wake">>;
  /** Every open connection. */
  readonly connections: readonly FakeConnection[];
  /** How many connections were dialled so far, and how many orders looked at over HTTP. */
  readonly dialled: number;
  readonly polled: number;
  order(biz: string): FakeOrder;
  /** By the path that the client gives. */
  group(path: string): FakeGroup;
  /** The network goes: connections are lost, and nothing can be reached. */
  cut(): void;
  /** The network goes, and nobody is told: what is sent arrives nowhere. */
  hang(): void;
  /** Closes whoever dials from now on with this code. */
  refuse(code: number, reason?: string): void;
  /** Undoes all three. What hung is lost, as it is on a new network. */
  mend(): void;
  /** The page is back, or the network: what `online` and `visibilitychange` are to a browser. */
  wake(): void;
}
export interface FakeServerOptions {
  readonly deliver?: Deliver;
  /** For `ping` and `history`, in ms since 1970. */
  readonly now?: () => number;
}
export declare const fakeServer: (options?: FakeServerOptions) => FakeServer;
