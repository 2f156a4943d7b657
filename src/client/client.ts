// The client: creates handles, and one connection per group that they share.
import { BIZ } from "../core/order.ts";
import type { Client, Group } from "./api.ts";
import { GroupConnection } from "./group-connection.ts";
import { GroupHandle, OrderHandle } from "./handle.ts";
import { OrderConnection } from "./order-connection.ts";
import { host, isPage, platformOf, type Options, type SocketClass } from "./platform.ts";
import { tokensOf } from "./tokens.ts";
import { onAbort } from "./wait.ts";

/** The connections of a page by URL, per WebSocket class: each fake server has its own class. */
const pageConnections = new WeakMap<SocketClass, Map<string, GroupConnection>>();

/**
 * Creates a client. `url` is the address of Belfry, `https://push.example` or `wss://…`; in a page
 * it may be relative. The first `order()` or `group()` connects.
 *
 * All clients of a page share one connection per group, with the options of the first. On a server,
 * each client has its own connections, since clients may belong to different users.
 */
export function connect(url: string | URL, options: Options = {}): Client {
  const { signal } = options;
  const platform = platformOf(options);
  const tokens = tokensOf(options.getToken);
  const connections = connectionsFor(platform.WebSocket);
  const { origin, pathname } = new URL(url, host.location?.href);
  const httpUrl = (origin + pathname).replace(/^ws/, "http").replace(/\/$/, "");
  const handles = new Set<{ close(): void }>();
  const remove = (handle: { close(): void }) => handles.delete(handle);

  function connectionOf(path: string): GroupConnection {
    signal?.throwIfAborted();
    const key = httpUrl.replace("http", "ws") + path;
    const existing = connections.get(key);
    if (existing !== undefined) return existing;
    const deps = { url: key, platform, tokens, onEnd: () => connections.delete(key) };
    const [, biz] = ORDER_PATH.exec(path) ?? [];
    const connection =
      biz === undefined ? new GroupConnection(deps) : new OrderConnection(biz, `${httpUrl}/orders/${biz}`, deps);
    connections.set(key, connection);
    connection.start();
    return connection;
  }

  function add<Handle extends { close(): void }>(handle: Handle): Handle {
    handles.add(handle);
    return handle;
  }

  const detachSignal = onAbort(signal, close);
  function close(): void {
    detachSignal();
    for (const handle of handles) handle.close();
  }

  return {
    order(biz) {
      if (!BIZ.test(biz)) throw new TypeError("biz must be 32 characters of a-z 0-9");
      return add(new OrderHandle(biz, connectionOf(`/ws/order/${biz}/`), remove));
    },
    group<Data>(path: string) {
      const normalized = `/${path}/`.replaceAll(/\/+/g, "/"); // leading and trailing slashes are optional
      return add(new GroupHandle(normalized, connectionOf(normalized), remove)) as Group<Data>; // by the caller
    },
    close,
  };
}

const ORDER_PATH = /^\/ws\/order\/([a-z0-9]{32})\/$/;

function connectionsFor(WebSocket: SocketClass): Map<string, GroupConnection> {
  const connections = pageConnections.get(WebSocket) ?? new Map<string, GroupConnection>();
  if (isPage()) pageConnections.set(WebSocket, connections);
  return connections;
}
