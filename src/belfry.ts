// A Worker's Belfry: the routes, the object's class and the calls, made of the consumers and providers that it is given.
import { WorkerEntrypoint, type DurableObject } from "cloudflare:workers";
import type { Provider } from "./callbacks/provider.ts";
import { order, send, tell, type OrderReport, type SendOptions } from "./calls.ts";
import type { Consumer } from "./consumers/consumer.ts";
import type { OrderFrame } from "./core/frames.ts";
import type { BackendOrder } from "./core/order-view.ts";
import type { BelfryEnv } from "./env.ts";
import { Group } from "./group/group.ts";
import { createApp } from "./http/app.ts";
import { problemResponse } from "./http/problem.ts";
import type { GroupApi, SendResult as Sent } from "./core/group-api.ts";
import { install } from "./installation.ts";

export {
  adyen,
  alipay,
  allProviders,
  hmac,
  paddle,
  paypal,
  square,
  standard,
  stripe,
  wechatpay,
} from "./callbacks/providers.ts";
export { BelfryRefusal, type OrderReport, type SendOptions } from "./calls.ts";
export { alarm } from "./consumers/alarm.ts";
export { channel } from "./consumers/channel.ts";
export type { Consumer, Effect, EventHandler, PeriodicPush, Received, Tick } from "./consumers/consumer.ts";
export { sendMessage } from "./consumers/events.ts";
export { feed } from "./consumers/feed.ts";
export { order as orderConsumer } from "./consumers/order.ts";
export type { BelfryEnv } from "./env.ts";
export type { Provider, BackendOrder, OrderFrame, Sent };

export interface BelfryOptions {
  /** Where the routes begin: `/push`. Absent = at the root. */
  readonly basePath?: string;
  /** The kinds of groups. The order consumer is always there; one of the name `order` replaces it. */
  readonly consumers?: readonly Consumer[];
  /** The payment providers whose callbacks are verified. What is left out is left out of the bundle. */
  readonly providers?: readonly Provider[];
  /** Serves the files that `ASSETS` binds for every path that is no route. */
  readonly pages?: boolean;
  /** The name of the Durable Object binding. Absent = `GROUP`. */
  readonly name?: string;
}

/** The part of an ExecutionContext that a router hands on. */
export type RequestLifetime = Pick<ExecutionContext, "waitUntil" | "passThroughOnException">;

/** The class to export: `export class Group extends push.Group {}`. */
export type GroupClass = new (ctx: DurableObjectState, env: BelfryEnv) => InstalledGroup;

export interface InstalledGroup extends DurableObject<BelfryEnv>, GroupApi {
  fetch(request: Request): Promise<Response>;
  alarm(info?: AlarmInvocationInfo): Promise<void>;
  webSocketMessage(socket: WebSocket, message: string | ArrayBuffer): Promise<void>;
  webSocketClose(socket: WebSocket): Promise<void>;
  webSocketError(socket: WebSocket, error: unknown): Promise<void>;
}

/** For a service binding: `export class Belfry extends push.Entrypoint {}`. */
export type EntrypointClass = new (ctx: ExecutionContext, env: BelfryEnv) => BelfryEntrypoint;

export interface BelfryEntrypoint extends WorkerEntrypoint<BelfryEnv> {
  send(group: string, event: unknown, options?: SendOptions): Promise<Sent>;
  tell(biz: string, report?: OrderReport): Promise<OrderFrame>;
  order(biz: string): Promise<BackendOrder>;
}

export interface Belfry {
  /** Answers a request whose path begins with `basePath`; any other is 404. */
  readonly fetch: (request: Request, env: BelfryEnv, ctx?: RequestLifetime) => Promise<Response>;
  readonly Group: GroupClass;
  readonly Entrypoint: EntrypointClass;
  /** An event to the members of a group, as `POST /groups/:group/send`. Rejects with a `BelfryRefusal`. */
  readonly send: (env: BelfryEnv, group: string, event: unknown, options?: SendOptions) => Promise<Sent>;
  /** The merchant's own report of an order, as `POST /callback/:biz/`; `{}` = it is paid. Durable when it resolves. */
  readonly tell: (env: BelfryEnv, biz: string, report?: OrderReport) => Promise<OrderFrame>;
  /** The order as a backend sees it, as `GET /orders/:biz` with an API key. */
  readonly order: (env: BelfryEnv, biz: string) => Promise<BackendOrder>;
}

/** Throws for a mistake of the Worker's code: two consumers of one name or path, or a `basePath` that is none. */
export function belfry({
  basePath = "",
  consumers = [],
  providers = [],
  pages = false,
  name = "GROUP",
}: BelfryOptions = {}): Belfry {
  if (!/^(\/[A-Za-z0-9._~-]+)*$/.test(basePath)) {
    throw new Error(`basePath must begin with one / and end without one, like "/push": received "${basePath}"`);
  }
  const installation = install(consumers, providers);
  const app = createApp(installation, pages);
  const withGroup = groupBinding(name);

  class WithInstallation extends Group {
    constructor(ctx: DurableObjectState, env: BelfryEnv) {
      super(ctx, withGroup(env), installation);
    }
  }
  class Entrypoint extends WorkerEntrypoint<BelfryEnv> implements BelfryEntrypoint {
    send(group: string, event: unknown, options: SendOptions = {}): Promise<Sent> {
      return send(installation, withGroup(this.env), group, event, options);
    }
    tell(biz: string, report: OrderReport = {}): Promise<OrderFrame> {
      return tell(withGroup(this.env), biz, report);
    }
    order(biz: string): Promise<BackendOrder> {
      return order(withGroup(this.env), biz);
    }
  }
  return {
    fetch: async (request, env, ctx) => {
      if (!URL.canParse(request.url)) return problemResponse("bad_host", "send the host name of this Worker");
      const below = requestBelow(basePath, request);
      return below === null
        ? problemResponse("unknown_path")
        : app.fetch(below, withGroup(env), ctx as ExecutionContext); // Belfry uses no other part of it
    },
    Group: WithInstallation,
    Entrypoint,
    send: (env, group, event, options = {}) => send(installation, withGroup(env), group, event, options),
    tell: (env, biz, report = {}) => tell(withGroup(env), biz, report),
    order: (env, biz) => order(withGroup(env), biz),
  };
}

/** The request as the routes know it: without `basePath`. Null for a path elsewhere. */
function requestBelow(basePath: string, request: Request): Request | null {
  if (basePath === "") return request;
  const url = new URL(request.url);
  const rest = url.pathname.slice(basePath.length);
  if (!url.pathname.startsWith(basePath) || (rest !== "" && !rest.startsWith("/"))) return null;
  url.pathname = rest === "" ? "/" : rest;
  return new Request(url, request);
}

/** The environment with the objects' namespace at `GROUP`, one for each environment: what is read of settings is kept by it. */
function groupBinding(name: string): (env: BelfryEnv) => BelfryEnv {
  if (name === "GROUP") return (env) => env;
  const renamed = new WeakMap<BelfryEnv, BelfryEnv>();
  return (env) => {
    const known = renamed.get(env) ?? { ...env, GROUP: Reflect.get(env, name) as BelfryEnv["GROUP"] }; // checked by the first request
    renamed.set(env, known);
    return known;
  };
}
