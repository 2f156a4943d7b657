// A Worker that is a client of another Worker: waits for an order there, by a ticket, and returns its outcome.
import { connect } from "../../src/client/index.ts";

export { Group } from "./worker.ts"; // wrangler.toml declares this class

interface Vars {
  readonly BELFRY: string;
  readonly BELFRY_KEY: string;
}

export default {
  async fetch(request: Request, env: Vars): Promise<Response> {
    const [, action, biz = ""] = new URL(request.url).pathname.split("/");
    if (action !== "settled") return new Response("ready");
    const client = connect(env.BELFRY, { getToken: () => ticketFor(`order_${biz}`, env) });
    try {
      return Response.json(await client.order(biz).settled({ timeout: 30_000 }));
    } finally {
      client.close();
    }
  },
};

async function ticketFor(group: string, { BELFRY, BELFRY_KEY }: Vars): Promise<string> {
  const response = await fetch(`${BELFRY}/tickets`, {
    method: "POST",
    headers: { Authorization: `Bearer ${BELFRY_KEY}` },
    body: JSON.stringify({ group, sub: "worker" }),
  });
  return (await response.json<{ token: string }>()).token;
}
