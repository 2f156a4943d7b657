// What `npm start` runs: the Worker, and a shop to ask when a callback never comes. Never deployed: wrangler.toml names index.ts.
import worker, { Group as DeployedGroup } from "./index.ts";

/** Asked in place of the merchant's backend, unless the developer names one. Nothing else can have this name (RFC 2606). */
const SHOP = "http://shop.test/orders/";

/** What the shop's books say of an order, as JSON. They are lost with the process. */
const books = new Map<string, string>();

export class Group extends DeployedGroup {
  constructor(ctx: DurableObjectState, env: Env) {
    super(ctx, env.ORDER_STATUS_URL === "" ? { ...env, ORDER_STATUS_URL: `${SHOP}{biz}` } : env);
  }
}

const outside = globalThis.fetch;
globalThis.fetch = async (asked: RequestInfo | URL, init?: RequestInit) => {
  if (typeof asked !== "string" || !asked.startsWith(SHOP)) return outside(asked, init);
  return new Response(books.get(asked.slice(SHOP.length)) ?? '{"status":"pending"}');
};

export default {
  async fetch(request, env, ctx) {
    const [, biz] = /^\/shop\/orders\/([a-z0-9]{32})$/.exec(new URL(request.url).pathname) ?? [];
    if (biz === undefined) return worker.fetch(request, env, ctx);
    return book(biz, request, env);
  },
} satisfies ExportedHandler<Env>;

/** `PUT /shop/orders/:biz`: the money has come, as the shop's own books have it, and nobody tells Belfry. By the key that Belfry asks with. */
async function book(biz: string, request: Request, env: Env): Promise<Response> {
  if (request.method !== "PUT") return new Response(null, { status: 405, headers: { Allow: "PUT" } });
  if (request.headers.get("Authorization") !== `Bearer ${env.ORDER_STATUS_KEY}`) {
    return new Response(null, { status: 401 });
  }
  books.set(biz, await request.text());
  return new Response(null, { status: 204 });
}
