// API keys with names and scopes: what a key may do, what is logged of it, and how guessing is slowed.
import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import { routes } from "../../src/http/routes.ts";
import { app } from "../support/app.ts";
import { captureLog } from "../support/deliver.ts";
import { newBiz, newFeed, stubOf } from "../support/workerd.ts";

const SECRET = "9f1c04e7a25b4c1d8e3f60a7b9d2c5e1";
const ALL = ["callbacks", "orders", "read", "operate", "publish:*"];

/** Sends a request with a key of these scopes. */
const call = (scopes: readonly string[], name: string, body?: unknown, path = name.split(" ")[1] ?? "") =>
  app.request(
    path,
    {
      method: name.split(" ")[0] ?? "",
      headers: { Authorization: `Bearer ${SECRET}`, ...(path.startsWith("/ws/") ? { Upgrade: "websocket" } : {}) },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    },
    { ...env, API_KEYS: `desk:${scopes.join(",")}:${SECRET}` },
  );

const pathOf = (path: string): string =>
  path
    .replace(":biz", newBiz())
    .replace(":group", "feed_news")
    .replace(":sub", "ann")
    .replace(":channel", `feed_news!${newBiz()}`)
    .replace("/ws/*", "/ws/feed/news/");

const event = { type: "send.message", message: 1 };
const bodyOf = (name: string): unknown =>
  ({
    "POST /send": { items: [{ group: "feed_news", event }] },
    "POST /tickets": { group: "feed_news", sub: "ann" },
    "PUT /orders": { order_id: newBiz(), amount: "1", currency: "USD" },
  })[name] ??
  (name.endsWith("/send") ? event : name.startsWith("P") ? { amount: "1", currency: "USD", paid: true } : undefined);

describe.each(routes.filter(({ scope }) => scope !== null).map((route) => [route.name, route] as const))(
  "%s",
  (name, { path, scope }) => {
    const needed = scope === "publish" ? "publish:feed_news" : (scope ?? "");
    // An order's view is for those who read as well.
    const lacking = ALL.filter(
      (other) => !other.startsWith(scope ?? "") && !(name === "GET /orders/:biz" && other === "read"),
    );

    it("is refused to a key that has every other scope, before anything changes", async () => {
      const response = await call(lacking, name, bodyOf(name), pathOf(path));
      if (name === "POST /send") {
        expect(await response.json()).toMatchObject({ items: [{ status: 403, reason: "key_lacks_scope" }] });
      } else expect(await response.json()).toMatchObject({ status: 403, reason: "key_lacks_scope" });
    });

    it("is open to a key that has this scope alone", async () => {
      const response = await call([needed], name, bodyOf(name), pathOf(path));
      expect([101, 200, 204]).toContain(response.status);
      response.webSocket?.accept();
      response.webSocket?.close();
    });
  },
);

describe("a key that may publish to one group", () => {
  it("sends to no other, by no route, and issues no ticket for it", async () => {
    const other = newFeed().group;
    const only = ["publish:feed_news"];
    const single = [
      `POST /groups/${other}/send`,
      `POST /groups/${other}/users/ann/send`,
      `POST /channels/${other}!${newBiz()}/send`,
    ];
    for (const name of single) expect((await call(only, name, event)).status).toBe(403);
    expect((await call(only, "POST /tickets", { group: other, sub: "ann" })).status).toBe(403);
    const items = [
      { group: "feed_news", event },
      { group: other, event },
    ];
    const batch = await call(only, "POST /send", { items });
    expect(await batch.json()).toMatchObject({ items: [{ status: 200 }, { status: 403, reason: "key_lacks_scope" }] });
    expect((await stubOf(other).state()).offset).toBe(0);
  });

  it("publishes on a connection to that group only", async () => {
    const answers: unknown[] = [];
    for (const [scopes, feed] of [
      ["publish:feed_a", "a"],
      ["publish:feed_a", "b"],
    ] as const) {
      const headers = { Upgrade: "websocket", "X-API-Key": SECRET, "Sec-WebSocket-Protocol": "belfry.v1" };
      const settings = { ...env, API_KEYS: `desk:read,${scopes}:${SECRET}` };
      const { webSocket } = await app.request(`/ws/feed/${feed}/`, { headers }, settings);
      const socket = webSocket ?? expect.fail("no WebSocket");
      socket.accept();
      const reply = new Promise((resolve) =>
        socket.addEventListener("message", ({ data }) => {
          const frame = JSON.parse(String(data)) as { type: string };
          if (frame.type === "reply") resolve(frame);
        }),
      );
      socket.send('{"id":1,"type":"publish","data":1}');
      answers.push(await reply);
      socket.close();
    }
    expect(answers).toMatchObject([{ result: { connections: 1 } }, { error: { reason: "not_allowed" } }]);
  });
});

describe("an act", () => {
  it("that changes something is one line with the key's name; reading is none", async () => {
    const log = captureLog();
    const biz = newBiz();
    await call(["orders"], `PUT /orders/${biz}`, { amount: "1", currency: "USD" });
    await call(["read"], `GET /orders/${biz}`);
    await call(["operate"], `DELETE /orders/${biz}`);
    const lines = log("act")
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line) as object);
    expect(lines).toMatchObject([
      { event: "act", key: "desk", route: "PUT /orders/:biz", group: `order_${biz}` },
      { event: "act", key: "desk", route: "DELETE /orders/:biz", group: `order_${biz}` },
    ]);
    expect(log()).not.toContain(SECRET);
  });

  it("that is refused is none", async () => {
    const log = captureLog();
    await call(["read"], `DELETE /orders/${newBiz()}`);
    await call(["orders"], `PUT /orders/${newBiz()}`, { amount: "-1", currency: "USD" });
    expect(log("act")).toBe("");
  });

  it("by POST /callback is named in the line of the callback", async () => {
    const log = captureLog();
    await call(["callbacks"], `POST /callback/${newBiz()}/`, { paid: true });
    expect(JSON.parse(log("callback"))).toMatchObject({ reason: "stored", detail: "by API key desk" });
  });
});

describe("a wrong key", () => {
  const from = (address: string, key: string, settings: object) =>
    app.request("/metrics", { headers: { "X-API-Key": key, "CF-Connecting-IP": address } }, settings);

  it("is 429 after a hundred, for its address only, and the right key still passes", async () => {
    const settings = { ...env };
    const statuses: number[] = [];
    for (let i = 0; i < 103; i++) statuses.push((await from("2001:db8:1:2::1", `guess-${i}`, settings)).status);
    expect(statuses).toEqual([...Array<number>(100).fill(401), 429, 429, 429]);
    const slowed = await from("2001:db8:1:2:ffff::7", "guess", settings);
    expect([slowed.status, slowed.headers.get("Retry-After")]).toEqual([429, "10"]);
    expect(await slowed.json()).toMatchObject({ reason: "too_many_requests" });
    expect((await from("2001:db8:1:3::1", "guess", settings)).status).toBe(401);
    expect((await from("2001:db8:1:2::1", env.API_KEYS, settings)).status).toBe(200);
  });
});
