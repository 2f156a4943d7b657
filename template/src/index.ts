// A shop's Worker: pages follow a match every two seconds, and know when their order is paid. Everything of Belfry is below /push.
import { belfry, sendMessage, stripe, type Consumer } from "belfry";
import { Hono } from "hono";

const scores: Consumer = {
  name: "scores",
  paths: ["/ws/scores/:match/"],
  key: { param: "match", shape: /^[0-9]{1,9}$/ },
  access: "open",
  // Invented matches must not cost a push each: ask here which ones exist.
  exists: (match) => Number(match) <= 100_000,
  keeps: "cache",
  events: { "send.message": sendMessage },
  // One call for all members of this match's group, while it has any. Ask your backend here, with `fetch(url, { signal })`.
  push: { every: () => 2000, produce: ({ params, now }) => ({ match: params["match"] ?? "", at: now }) },
};

const push = belfry({ basePath: "/push", consumers: [scores], providers: [stripe] });

export class Group extends push.Group {}

export default new Hono<{ Bindings: Env }>()
  .get("/", (c) => c.text("Sunny Shop"))
  .all("/push/*", (c) => push.fetch(c.req.raw, c.env, c.executionCtx));
