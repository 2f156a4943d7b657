// A merchant's backend for development: it knows the orders that a page reports as paid, and answers status queries. Never deployed.
import type { GroupClass } from "./belfry.ts";
import type { BelfryEnv } from "./env.ts";

/** The status URL of the shop, unless the developer names another one. `.test` is no real host (RFC 2606). */
const SHOP = "https://shop.test/orders/";

/** Each order's status as JSON, by biz. The process keeps it in memory only. */
const orderStatuses = new Map<string, string>();

type Fetch = (request: Request, env: Env, ctx: ExecutionContext) => Response | Promise<Response>;

/** The class with the shop as its source of status. */
export function groupWithShop(Group: GroupClass): GroupClass {
  return class extends Group {
    constructor(ctx: DurableObjectState, env: BelfryEnv) {
      super(ctx, env.ORDER_STATUS_URL === "" ? { ...env, ORDER_STATUS_URL: `${SHOP}{biz}` } : env);
    }
  };
}

/** The Worker with the route `PUT /shop/orders/:biz`. Replaces the global fetch for the shop's own URLs. */
export function workerWithShop(fetch: Fetch): ExportedHandler<Env> {
  const networkFetch = globalThis.fetch;
  globalThis.fetch = async (url: RequestInfo | URL, init?: RequestInit) => {
    if (typeof url !== "string" || !url.startsWith(SHOP)) return networkFetch(url, init);
    return new Response(orderStatuses.get(url.slice(SHOP.length)) ?? '{"status":"pending"}');
  };
  return {
    async fetch(request, env, ctx) {
      const [, biz] = /^\/shop\/orders\/([a-z0-9]{32})$/.exec(pathOf(request)) ?? [];
      return biz === undefined ? fetch(request, env, ctx) : putStatus(biz, request, env);
    },
  };
}

/** The path; empty where the Host header is none, which the Worker answers. */
const pathOf = ({ url }: Request): string => (URL.canParse(url) ? new URL(url).pathname : "");

/** Stores the status that the next query returns. Needs the key that Belfry sends with a query. */
async function putStatus(biz: string, request: Request, env: Env): Promise<Response> {
  if (request.method !== "PUT") return new Response(null, { status: 405, headers: { Allow: "PUT" } });
  if (request.headers.get("Authorization") !== `Bearer ${env.ORDER_STATUS_KEY}`) {
    return new Response(null, { status: 401 });
  }
  orderStatuses.set(biz, await request.text());
  return new Response(null, { status: 204 });
}
