// Claims and orphans through the route: the order of a payment, events before it, and crashes between two objects.
import { runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { beforeEach, describe, expect, it } from "vitest";
import { events, newIntent, placeOf, post, registered, stored } from "../support/claims.ts";
import { deliveryOf, orderView, registerFor, replyOf, send, captureLog } from "../support/deliver.ts";
import { backend, callback, connect, evict, getGroup, sendMarker, newBiz, stubOf } from "../support/workerd.ts";

let log: (event?: string) => string;
beforeEach(() => {
  log = captureLog();
});

describe("a payment", () => {
  it("belongs to the first order that claims it; the other order shows it as a mismatch and stays payable", async () => {
    const [first, second] = [await registered(), await registered()];
    const intent = newIntent();
    await post(events(intent).succeeded(first));
    const page = await connect(`/ws/order/${second}/`);
    const again = { ...events(intent).succeeded(second), id: `evt_again_${intent}` };
    expect((await post(again)).status).toBe(200);
    expect(await orderView(first)).toMatchObject({ status: "paid", checked: true, excess_payments: [] });
    expect(await orderView(second)).toMatchObject({
      status: "pending",
      version: 0,
      mismatches: [{ reason: "payment_of_another_order", payment_id: intent, amount: "19.99", currency: "USD" }],
    });
    const marked = await sendMarker(`order_${second}`);
    expect(await page.next()).toBe(marked);
    await post(events(newIntent()).succeeded(second));
    expect(await orderView(second)).toMatchObject({ status: "paid", checked: true });
  });

  it("is claimed while it is pending", async () => {
    const [first, second] = [await registered(), await registered()];
    const intent = newIntent();
    await post(events(intent).processing(first));
    await post(events(intent).succeeded(second));
    expect(await orderView(first)).toMatchObject({ status: "paid" });
    expect(await orderView(second)).toMatchObject({ status: "pending", mismatches: [{ payment_id: intent }] });
  });

  it("claimed for two orders at once belongs to exactly one of them", async () => {
    const bizs = [await registered(), await registered()];
    const intent = newIntent();
    const { succeeded } = events(intent);
    await Promise.all(bizs.map((biz) => post({ ...succeeded(biz), id: `evt_${biz}` })));
    const statuses = (await Promise.all(bizs.map(orderView))).map(({ status }) => status);
    expect(new Set(statuses)).toEqual(new Set(["paid", "pending"]));
  });

  it("of one instance differs from one of another instance with the same id", async () => {
    const [one, other] = [await registered(), newBiz()];
    const intent = newIntent();
    await post(events(intent).succeeded(one));
    await registerFor("hmac", other);
    const event = { order_id: other, event_id: "e", status: "paid", amount: 1999, currency: "USD", payment_id: intent };
    await send("hmac", deliveryOf("hmac", "", { event }));
    expect(await orderView(other)).toMatchObject({ status: "paid", mismatches: [] });
  });

  it("in a merchant's report is claimed as well", async () => {
    const [one, other] = [newBiz(), newBiz()];
    for (const biz of [one, other]) await callback(biz, { amount: 1999, currency: "USD", payment_id: `p-${one}` });
    expect(await orderView(one)).toMatchObject({ status: "paid" });
    expect(await orderView(other)).toMatchObject({
      status: "pending",
      mismatches: [{ reason: "payment_of_another_order", provider: "backend" }],
    });
  });
});

describe("an event without an order id", () => {
  it("waits for its payment and moves into the order exactly once after the claim", async () => {
    const biz = await registered();
    const intent = newIntent();
    const { refunded, disputed, succeeded } = events(intent);
    for (const event of [refunded(), disputed(), refunded()])
      expect(await replyOf(await post(event))).toEqual([200, ""]);
    expect((await stored(intent)).orphans).toHaveLength(2);
    await post(succeeded(biz));
    const after = { status: "partially_refunded", refunded: "5", disputed: "open", version: 1 };
    expect(await orderView(biz)).toMatchObject(after);
    expect((await stored(intent)).orphans).toEqual([]);
    for (const event of [refunded(), disputed(), succeeded(biz)]) await post(event);
    expect(await orderView(biz)).toMatchObject(after);
    expect((await stored(intent)).orphans).toEqual([]);
  });

  it("goes to the claiming order, even if it names another", async () => {
    const [biz, other] = [await registered(), await registered()];
    const intent = newIntent();
    await post(events(intent).succeeded(biz));
    await post(events(intent).refunded(other));
    expect(await orderView(biz)).toMatchObject({ refunded: "5" });
    expect(await orderView(other)).toMatchObject({ status: "pending", mismatches: [] });
  });

  it("creates no order for an unknown reference", async () => {
    const unknown = newBiz();
    await post(events(newIntent()).refunded(unknown));
    expect(await getGroup(`order_${unknown}`)).toMatchObject({ position: { offset: 0 } });
    await runInDurableObject(stubOf(`order_${unknown}`), (_object, { storage }) => {
      expect([...storage.kv.list()]).toEqual([]);
    });
  });

  it("of another shop on the same account is acknowledged and forwarded once", async () => {
    const forward = { FORWARD_URL: "https://backend.example/hook", FORWARD_SECRET: env.FORWARD_SECRET };
    const { succeeded, refunded, disputed } = events(newIntent());
    for (const event of [succeeded(null), refunded(), disputed()]) {
      expect(await replyOf(await post(event, forward))).toEqual([200, ""]);
      expect(JSON.parse(log("callback").split("\n").at(-1) ?? "")).toMatchObject({ reason: "ignored", group: null });
    }
    await post(refunded(), forward);
    expect(JSON.parse(log("callback").split("\n").at(-1) ?? "")).toMatchObject({ reason: "duplicate" });
  });
});

describe("a crash", () => {
  /** An object namespace in which a call of one kind of object fails, before or after it is made. */
  function failing(kind: "order_" | "payments_", method: string, when: "before" | "after"): Pick<Env, "GROUP"> {
    const getByName = (name: string) => {
      const stub = stubOf(name);
      if (!name.startsWith(kind)) return stub;
      return new Proxy(stub, {
        get: (target, property) => {
          const call: unknown = Reflect.get(target, property);
          if (property !== method) return call;
          return async (...args: unknown[]) => {
            if (when === "after") await Reflect.apply(call as (...args: unknown[]) => Promise<unknown>, target, args); // an RPC method
            throw Object.assign(new Error("Network connection lost."), { retryable: true });
          };
        },
      });
    };
    return { GROUP: { getByName } as unknown as Env["GROUP"] }; // the route calls this method only
  }

  const steps = [
    ["before the claim", failing("payments_", "claim", "before")],
    ["between claim and fact", failing("order_", "record", "before")],
    ["between fact and reply", failing("order_", "record", "after")],
    ["before an orphan is released", failing("payments_", "releaseOrphans", "before")],
    ["after its release", failing("payments_", "releaseOrphans", "after")],
  ] as const;

  it.each(steps)("%s is repaired by the next delivery, without loss or duplicates", async (_case, changed) => {
    const biz = await registered();
    const intent = newIntent();
    const { succeeded, refunded } = events(intent);
    await post(refunded());
    expect((await post(succeeded(biz), changed)).status).toBe(503);
    for (const group of [`order_${biz}`, (await placeOf(intent)).group]) await evict(group);
    expect((await post(succeeded(biz))).status).toBe(200);
    expect(await orderView(biz)).toMatchObject({ status: "partially_refunded", refunded: "5", version: 1 });
    expect(await stored(intent)).toMatchObject({ claims: [{ biz }], orphans: [] });
    await post(refunded());
    expect(await orderView(biz)).toMatchObject({ refunded: "5", version: 1 });
  });

  it.each(steps)("%s is repaired as well if another event arrives first", async (_case, changed) => {
    const biz = await registered();
    const intent = newIntent();
    const { succeeded, disputed, refunded } = events(intent);
    await post(refunded());
    await post(succeeded(biz), changed);
    await post(disputed());
    if ((await stored(intent)).claims.length > 0) expect((await stored(intent)).orphans).toEqual([]);
    expect((await post(succeeded(biz))).status).toBe(200);
    expect(await orderView(biz)).toMatchObject({ refunded: "5", disputed: "open", disputes: [{ payment_id: intent }] });
    expect(await stored(intent)).toMatchObject({ orphans: [] });
  });

  it("of the index's storage responds 503 and stores nothing", async () => {
    const biz = await registered();
    const intent = newIntent();
    const { group } = await placeOf(intent);
    await runInDurableObject(stubOf(group), (_object, { storage }) => {
      const exec = storage.sql.exec.bind(storage.sql);
      storage.sql.exec = (query, ...bindings) => {
        if (!query.startsWith("INSERT INTO claims")) return exec(query, ...bindings) as never; // exec is generic over the row
        storage.sql.exec = exec;
        throw new Error("disk full");
      };
    });
    expect((await post(events(intent).succeeded(biz))).status).toBe(503);
    expect(await orderView(biz)).toMatchObject({ status: "pending", version: 0 });
    expect((await post(events(intent).succeeded(biz))).status).toBe(200);
    expect(await orderView(biz)).toMatchObject({ status: "paid" });
  });

  it("of an order with a page causes no duplicate push", async () => {
    const biz = await registered();
    const intent = newIntent();
    const page = await connect(`/ws/order/${biz}/`);
    await post(events(intent).succeeded(biz), failing("order_", "record", "after"));
    expect(await page.nextJson()).toEqual({ biz, paid: true, status: "paid" });
    await post(events(intent).succeeded(biz));
    const marked = await sendMarker(`order_${biz}`);
    expect(await page.next()).toBe(marked);
  });
});

describe("the payment index", () => {
  it.each(["payments_00", "payments_ff", "callbacks_stripe"])("%s cannot be addressed from outside", async (group) => {
    const channel = `${group}!${newBiz()}`;
    const requests = [
      ["GET", `/groups/${group}`],
      ["GET", `/groups/${group}/connections`],
      ["GET", `/groups/${group}/history`],
      ["POST", `/groups/${group}/send`, { type: "send.message", message: 1 }],
      ["POST", `/groups/${group}/users/1/send`, { type: "send.message", message: 1 }],
      ["POST", `/channels/${channel}/send`, { type: "send.message", message: 1 }],
      ["DELETE", `/channels/${channel}`],
      ["GET", `/metrics?group=${group}`],
    ] as const;
    for (const [method, path, body] of requests) {
      expect([path, (await backend(method, path, body)).status]).toEqual([path, 404]);
    }
    const batch = await backend("POST", "/send", { items: [{ group, event: { type: "send.message", message: 1 } }] });
    expect(await batch.json()).toMatchObject({ items: [{ status: 404, reason: "unknown_group" }] });
  });

  it("sets no alarm", async () => {
    const intent = newIntent();
    await post(events(intent).refunded());
    await post(events(intent).succeeded(await registered()));
    const { group } = await placeOf(intent);
    await runInDurableObject(stubOf(group), async (_object, { storage }) =>
      expect(await storage.getAlarm()).toBeNull(),
    );
  });
});
