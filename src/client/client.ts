// The client: which connection serves an order or a group, and who shares it. Speaks to no server itself.
import { BIZ } from "../core/order.ts";
import type { Client, Group } from "./api.ts";
import { GroupHandle, OrderHandle } from "./handle.ts";
import { Line } from "./line.ts";
import { OrderLine } from "./order-line.ts";
import { here, isPage, platformOf, type Options, type SocketClass } from "./platform.ts";
import { tokensOf } from "./tokens.ts";
import { whenAborted } from "./wait.ts";

/** A page's connections, by URL. By the kind of WebSocket too: a test's fake server is not another's. */
const ofPage = new WeakMap<SocketClass, Map<string, Line>>();

/**
 * Begins with nothing: connections are opened by what is asked for. `url` is where Belfry is, `https://push.example` or `wss://…`; in a
 * page it may be relative. All clients of a page share one connection per group, with the options of the first; elsewhere each client
 * has its own, since a server has many people's.
 */
export function connect(url: string | URL, options: Options = {}): Client {
  const { signal } = options;
  const platform = platformOf(options);
  const tokens = tokensOf(options.getToken);
  const lines = linesFor(platform.WebSocket);
  const { origin, pathname } = new URL(url, here.location?.href);
  const http = (origin + pathname).replace(/^ws/, "http").replace(/\/$/, "");
  const handles = new Set<{ close(): void }>();
  const forget = (handle: { close(): void }) => handles.delete(handle);

  function lineOf(path: string): Line {
    signal?.throwIfAborted();
    const key = http.replace("http", "ws") + path;
    const known = lines.get(key);
    if (known !== undefined) return known;
    const wiring = { url: key, platform, tokens, onEnd: () => lines.delete(key) };
    const [, biz] = ORDER_PATH.exec(path) ?? [];
    const line = biz === undefined ? new Line(wiring) : new OrderLine(biz, `${http}/orders/${biz}`, wiring);
    lines.set(key, line);
    line.start();
    return line;
  }

  function kept<Kept extends { close(): void }>(handle: Kept): Kept {
    handles.add(handle);
    return handle;
  }

  const undo = whenAborted(signal, close);
  function close(): void {
    undo();
    for (const handle of handles) handle.close();
  }

  return {
    order(biz) {
      if (!BIZ.test(biz)) throw new TypeError("an order's id is 32 of a-z 0-9");
      return kept(new OrderHandle(biz, lineOf(`/ws/order/${biz}/`), forget));
    },
    group<Data>(path: string) {
      const closed = `/${path}/`.replaceAll(/\/+/g, "/"); // with and without its slashes it is the same group
      return kept(new GroupHandle(closed, lineOf(closed), forget)) as Group<Data>; // the caller's word for what is published there
    },
    close,
  };
}

const ORDER_PATH = /^\/ws\/order\/([a-z0-9]{32})\/$/;

function linesFor(WebSocket: SocketClass): Map<string, Line> {
  const lines = ofPage.get(WebSocket) ?? new Map<string, Line>();
  if (isPage()) ofPage.set(WebSocket, lines);
  return lines;
}
