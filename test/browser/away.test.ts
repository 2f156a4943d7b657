// Interruptions of a waiting page's browser, network or server. Each time the page shows the order's
// status in the end.
import type { Page } from "playwright-core";
import { afterAll, beforeAll, expect, inject, it } from "vitest";
import { openPage, openWindow, recordStatuses, waitForStatus, useBrowser, wireFrames } from "../support/browser.ts";
import { backend, newBiz } from "../support/client.ts";
import { openProxy } from "../support/proxy.ts";
import { startServer, type Server } from "../support/server.ts";

useBrowser();

/** A separate Worker, which these tests restart. */
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

it("a page that is offline during the callback shows paid when it is online again", async () => {
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

it("a tab hidden and frozen for longer than the heartbeat shows paid when it is visible again", async () => {
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
  await page.clock.fastForward(120_000); // as after a suspended machine: each due timer fires once
  await setHidden(page, false);
  await waitForStatus(page, "paid");
  await isOpen(page);
});

/** Simulates a hidden tab by its properties and event: headless Chromium does not hide pages. */
const setHidden = (page: Page, hidden: boolean): Promise<void> =>
  page.evaluate((hidden) => {
    Object.defineProperty(document, "hidden", { configurable: true, get: () => hidden });
    Object.defineProperty(document, "visibilityState", {
      configurable: true,
      get: () => (hidden ? "hidden" : "visible"),
    });
    document.dispatchEvent(new Event("visibilitychange", { bubbles: true }));
  }, hidden);

it("a page reconnects after the server was killed and restarted, and shows paid", async () => {
  const biz = newBiz();
  const page = await openPage(`/checkout/#${biz}`, { server: own.url, expected: LOST });
  await isOpen(page);
  await Promise.all([page.locator("#connection[data-state=waiting]").waitFor(), own.restart()]);
  await callback(biz, own.url);
  await waitForStatus(page, "paid");
  await isOpen(page);
}, 60_000);

it("a page that reloads during the callback shows paid, ten times", async () => {
  const { open } = await openWindow();
  const page = await open("/checkout/");
  for (let run = 0; run < 10; run++) {
    const biz = newBiz();
    await page.goto(`/checkout/#${biz}`);
    await isOpen(page);
    await Promise.all([page.reload({ waitUntil: "commit" }), callback(biz)]);
    await waitForStatus(page, "paid");
  }
}, 120_000);

it("two tabs of one order receive the outcome once each", async () => {
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

it("a page keeps its connection through 3 s without a packet", async () => {
  const biz = newBiz();
  const proxy = await openProxy(server);
  const page = await openPage(`/checkout/#${biz}`, { server: proxy.url });
  await isOpen(page);
  const seen = await recordStatuses(page);
  const { length: opened } = (await wireFrames(page)).filter((line) => line.endsWith("connection opened"));
  proxy.stall();
  await callback(biz);
  await new Promise((resolve) => setTimeout(resolve, 3000)); // the interruption that is tested
  expect(await seen()).toEqual([]);
  proxy.resume();
  await waitForStatus(page, "paid");
  expect((await wireFrames(page)).filter((line) => line.endsWith("connection opened"))).toHaveLength(opened);
});

it("a page of an order that was settled last week shows paid", async () => {
  const biz = newBiz();
  await backend(own.url, "PUT", `/orders/${biz}`, { amount: 1999, currency: "USD", expires_in: 900 });
  await callback(biz, own.url);
  await own.restart(); // the order is read from disk
  const { context } = await openWindow({ server: own.url });
  const page = await context.newPage();
  await page.clock.install({ time: Date.now() + 7 * 86_400_000 });
  await page.goto(`/checkout/#${biz}`);
  await waitForStatus(page, "paid");
  await page.getByText("It was there already when this page connected.").waitFor();
  expect(await page.locator("#countdown").textContent()).toBe("");
}, 60_000);
