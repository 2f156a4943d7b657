// A page that waits, and the ways in which a browser, a network or a server is away for a while: the page ends up saying what is so.
import type { Page } from "playwright-core";
import { afterAll, beforeAll, expect, inject, it } from "vitest";
import { openPage, openWindow, recordStatuses, waitForStatus, useBrowser, wireFrames } from "../support/browser.ts";
import { backend, newBiz } from "../support/client.ts";
import { openProxy } from "../support/proxy.ts";
import { startServer, type Server } from "../support/server.ts";

useBrowser();

/** A Worker that may be killed: the other tests need theirs. */
let own: Server;
beforeAll(async () => {
  own = await startServer();
}, 60_000);
afterAll(() => own.stop());

const server = inject("url");
const LOST = /ERR_INTERNET_DISCONNECTED|ERR_CONNECTION|ERR_NETWORK|ERR_EMPTY/;

const callback = async (biz: string, at = server) =>
  expect((await backend(at, "POST", `/callback/${biz}/`)).status).toBe(200);

const isOpen = (page: Page) => page.locator("#connection[data-state=open]").waitFor();

it("offline while the callback comes, and back", async () => {
  const biz = newBiz();
  const page = await openPage(`/checkout/#${biz}`, { expected: LOST });
  await isOpen(page);
  await page.context().setOffline(true);
  await callback(biz);
  expect(await page.evaluate(() => fetch("/healthz").then(String, String))).toContain("TypeError");
  expect(await page.locator("#outcome").getAttribute("data-status")).toBe("pending");
  await page.context().setOffline(false);
  await waitForStatus(page, "paid");
});

it("a tab hidden and frozen for longer than the heartbeat says it when it is looked at again", async () => {
  const biz = newBiz();
  const { context } = await openWindow();
  const page = await context.newPage();
  await page.clock.install();
  await page.goto(`/checkout/#${biz}`);
  await isOpen(page);
  const devtools = await context.newCDPSession(page);
  await setHidden(page, true);
  await devtools.send("Page.setWebLifecycleState", { state: "frozen" });
  await callback(biz);
  await devtools.send("Page.setWebLifecycleState", { state: "active" });
  await page.clock.fastForward(120_000); // as if the lid had been closed: what was due meanwhile is due now, once
  await setHidden(page, false);
  await waitForStatus(page, "paid");
  await isOpen(page);
});

/** No debugger hides a page of a browser without windows: the page is told what such a one would be told. */
const setHidden = (page: Page, hidden: boolean): Promise<void> =>
  page.evaluate((hidden) => {
    Object.defineProperty(document, "hidden", { configurable: true, get: () => hidden });
    Object.defineProperty(document, "visibilityState", {
      configurable: true,
      get: () => (hidden ? "hidden" : "visible"),
    });
    document.dispatchEvent(new Event("visibilitychange", { bubbles: true }));
  }, hidden);

it("the server killed and started again: the page comes back by itself, and is told", async () => {
  const biz = newBiz();
  const page = await openPage(`/checkout/#${biz}`, { server: own.url, expected: LOST });
  await isOpen(page);
  await Promise.all([page.locator("#connection[data-state=waiting]").waitFor(), own.restart()]);
  await callback(biz, own.url);
  await waitForStatus(page, "paid");
  await isOpen(page);
}, 60_000);

it("a reload while the callback lands, ten times", async () => {
  const { open } = await openWindow();
  const page = await open("/checkout/");
  for (let run = 0; run < 10; run++) {
    const biz = newBiz();
    await page.goto(`/checkout/#${biz}`);
    await isOpen(page);
    await Promise.all([page.reload({ waitUntil: "commit" }), callback(biz)]);
    await waitForStatus(page, "paid");
  }
});

it("two tabs on one order are told both, once each", async () => {
  const biz = newBiz();
  const { open } = await openWindow();
  const tabs = [await open(`/checkout/#${biz}`), await open(`/checkout/#${biz}`)];
  await Promise.all(tabs.map(isOpen));
  await callback(biz);
  for (const tab of tabs) {
    await waitForStatus(tab, "paid");
    expect((await wireFrames(tab)).filter((line) => line.includes('"type":"publication"'))).toHaveLength(1);
  }
});

it("3 s without a packet, and no connection lost", async () => {
  const biz = newBiz();
  const tunnel = await openProxy(server);
  const page = await openPage(`/checkout/#${biz}`, { server: tunnel.url });
  await isOpen(page);
  const seen = await recordStatuses(page);
  const { length: dialled } = (await wireFrames(page)).filter((line) => line.endsWith("connection opened"));
  tunnel.stall();
  await callback(biz);
  await new Promise((resolve) => setTimeout(resolve, 3000)); // the silence itself
  expect(await seen()).toEqual([]);
  tunnel.resume();
  await waitForStatus(page, "paid");
  expect((await wireFrames(page)).filter((line) => line.endsWith("connection opened"))).toHaveLength(dialled);
});

it("a page open on an order that was settled last week", async () => {
  const biz = newBiz();
  await backend(own.url, "PUT", `/orders/${biz}`, { amount: 1999, currency: "USD", expires_in: 900 });
  await callback(biz, own.url);
  await own.restart(); // nothing of it is in anybody's memory
  const { context } = await openWindow({ server: own.url });
  const page = await context.newPage();
  await page.clock.install({ time: Date.now() + 7 * 86_400_000 });
  await page.goto(`/checkout/#${biz}`);
  await waitForStatus(page, "paid");
  await page.getByText("It was there already when this page connected.").waitFor();
  expect(await page.locator("#countdown").textContent()).toBe("");
}, 60_000);
