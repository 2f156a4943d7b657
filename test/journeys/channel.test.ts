// The second article, second half: each connection has its own push, the time on request and an echo.
import { expect } from "vitest";
import { env } from "cloudflare:workers";
import { listDurableObjectIds, runInDurableObject } from "cloudflare:test";
import { alarmTime, connect, fireAlarm, type Page } from "../support/workerd.ts";
import { walk } from "./journey.ts";

interface World {
  page: Page | null;
  group: string;
}

const page = (world: World): Page => world.page ?? expect.fail("no page");

/** Connects to `/ws/channel/`. The group's name is random, so it is read from the new object. */
async function connectChannel(): Promise<{ page: Page; group: string }> {
  const names = async () => (await listDurableObjectIds(env.GROUP)).map((id) => id.toString());
  const before = new Set(await names());
  const page = await connect("/ws/channel/");
  const fresh = (await names()).filter((id) => !before.has(id));
  expect(fresh).toHaveLength(1);
  const stub = env.GROUP.get(env.GROUP.idFromString(fresh[0] ?? ""));
  const group = await runInDurableObject(stub, (_object, state) => state.id.name);
  return { page, group: group ?? expect.fail("the new object has no name") };
}

walk<World>("a single channel", {
  begin: () => ({ page: null, group: "" }),
  groups: ({ group }) => [group],
  steps: {
    "a connection receives a push at once": async (world) => {
      Object.assign(world, await connectChannel());
      expect(await fireAlarm(world.group)).toBe(true);
      expect(await page(world).nextJson()).toEqual({ type: "result", data: "2100-01-01 00:00:00" });
    },
    "ping is answered with the time": async (world) => {
      page(world).send("ping");
      expect(await page(world).nextJson()).toEqual({ type: "ping", data: "2100-01-01 00:00:00" });
    },
    "a message is returned with its numbers as written": async (world) => {
      page(world).send('{"message": {"id": 12345678901234567890, "a": 2.0, "b": 1e5, "text": "支付 😀"}}');
      expect(await page(world).next()).toBe('{"id":12345678901234567890,"a":2.0,"b":1e5,"text":"支付 😀"}');
    },
    "an object without a message is answered with null": async (world) => {
      page(world).send("{}");
      expect(await page(world).next()).toBe("null");
    },
    "bad input is answered with an error frame and the connection stays open": async (world) => {
      for (const bad of ["ping ", "[1]", '"text"', "NaN", '{"message": NaN}', "", "[".repeat(30_000)]) {
        page(world).send(bad);
        expect(await page(world).nextJson()).toEqual({ type: "error", data: expect.any(String) });
      }
      page(world).send(new Uint8Array([1]).buffer);
      expect(await page(world).nextJson()).toEqual({ type: "error", data: expect.any(String) });
    },
    "the next tick is sent": async (world) => {
      expect(await fireAlarm(world.group)).toBe(true);
      expect(await page(world).nextJson()).toEqual({ type: "result", data: "2100-01-01 00:01:00" });
    },
    "the connection closes and its push ends": async (world) => {
      expect(await page(world).leave()).toEqual({ code: 1000, reason: "" });
      expect(await alarmTime(world.group)).toBeNull();
    },
  },
});
