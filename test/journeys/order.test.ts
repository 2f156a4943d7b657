// The first article: pages wait for an order's outcome, and a callback reports it.
import { expect } from "vitest";
import { callback, connect, newBiz, type Page } from "../support/workerd.ts";
import { walk } from "./journey.ts";

interface World {
  readonly biz: string;
  readonly other: string;
  readonly pages: Record<string, Page>;
}

const page = ({ pages }: World, name: string): Page => pages[name] ?? expect.fail(`no page ${name}`);

/** Sends a text from the page and expects it as the page's next frame. */
async function expectNoFrame(page: Page): Promise<void> {
  const text = crypto.randomUUID();
  page.send(text);
  expect(await page.next()).toBe(JSON.stringify(text));
}

walk<World>("an order", {
  begin: () => ({ biz: newBiz(), other: newBiz(), pages: {} }),
  groups: ({ biz, other }) => [`order_${biz}`, `order_${other}`],
  steps: {
    "two pages wait for one order, one for another": async (world) => {
      world.pages["first"] = await connect(`/ws/order/${world.biz}/`);
      world.pages["second"] = await connect(`/ws/order/${world.biz}/`);
      world.pages["elsewhere"] = await connect(`/ws/order/${world.other}/`);
    },
    "a text is sent to all members, including the sender": async (world) => {
      page(world, "first").send("支付成功 😀");
      expect(await page(world, "first").next()).toBe('"支付成功 😀"');
      expect(await page(world, "second").next()).toBe('"支付成功 😀"');
    },
    "a callback sends the outcome to all members": async (world) => {
      const response = await callback(world.biz);
      expect(response.status).toBe(200);
      const outcome = { biz: world.biz, paid: true, status: "paid" };
      expect(await response.json()).toEqual(outcome);
      expect(await page(world, "first").nextJson()).toEqual(outcome);
      expect(await page(world, "second").nextJson()).toEqual(outcome);
    },
    "a page that connects later receives the outcome at once": async (world) => {
      world.pages["late"] = await connect(`/ws/order/${world.biz}/`);
      expect(await page(world, "late").nextJson()).toEqual({ biz: world.biz, paid: true, status: "paid" });
    },
    "a repeated callback pushes no frame": async (world) => {
      const response = await callback(world.biz);
      expect(await response.json()).toEqual({ biz: world.biz, paid: true, status: "paid" });
      const text = crypto.randomUUID();
      page(world, "first").send(text);
      for (const name of ["first", "second", "late"]) expect(await page(world, name).next()).toBe(JSON.stringify(text));
    },
    "the page of the other order receives no frame of this one": (world) => expectNoFrame(page(world, "elsewhere")),
    "a failed attempt after the payment changes nothing": async (world) => {
      const response = await callback(world.biz, { status: "failed" });
      expect(await response.json()).toEqual({ biz: world.biz, paid: true, status: "paid" });
      await expectNoFrame(page(world, "late"));
    },
  },
});
