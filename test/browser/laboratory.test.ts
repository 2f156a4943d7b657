// Every button of the laboratory, pressed: what the page then says, and what it shows of the wire.
import type { Page } from "playwright-core";
import { expect, inject, it } from "vitest";
import {
  openPage,
  recordStatuses,
  saveScreenshot,
  waitForStatus,
  useBrowser,
  violations,
  wireFrames,
} from "../support/browser.ts";
import { ELSEWHERE } from "../support/chromium.ts";

useBrowser();

/** The checkout page with a fresh order, waiting. */
async function waiting(options: Parameters<typeof openPage>[1] = {}): Promise<Page> {
  const page = await openPage("/checkout/", options);
  await page.locator("#connection[data-state=open]").waitFor();
  return page;
}

it("shows an order with its amount, its time and a code, and waits", async () => {
  const page = await waiting();
  await page.getByText("$19.99").waitFor();
  await page.getByText(/^Expires in 1[45]:\d\d$/).waitFor();
  expect(await page.locator("#qr path").getAttribute("d")).toMatch(/^M/);
  expect(await page.locator("#outcome").getAttribute("data-status")).toBe("pending");
  expect(new URL(page.url()).hash).toMatch(/^#[a-z2-7]{32}$/);
});

it("callback, reached and pressed by keyboard: paid, and the live region says so", async () => {
  const page = await waiting();
  const isOnIt = () => page.evaluate(() => document.activeElement?.id === "callback");
  for (let tabs = 0; tabs < 20 && !(await isOnIt()); tabs++) await page.keyboard.press("Tab");
  await page.keyboard.press("Enter");
  await waitForStatus(page, "paid");
  await page.getByRole("status").filter({ hasText: "Paid" }).waitFor();
  await page.locator("#wire").getByText("POST /callbacks/standard → 200").waitFor();
  expect(await page.title()).toBe("Paid · Belfry");
  expect(await page.locator("#countdown").textContent()).toBe("");
  expect(await violations(page)).toEqual([]);
  await saveScreenshot(page, "checkout-paid");
});

it("callback first, page later: the page opens on an order that is paid", async () => {
  const page = await waiting();
  const before = page.url();
  await page.locator("#first").click();
  await waitForStatus(page, "paid");
  await page.getByText("It was there already when this page connected.").waitFor();
  expect(page.url()).not.toBe(before);
});

it("duplicate: acknowledged twice, pushed once", async () => {
  const page = await waiting();
  const acknowledged = page.locator("#wire li", { hasText: "POST /callbacks/standard → 200" });
  await page.locator("#duplicate").click();
  await waitForStatus(page, "paid");
  await acknowledged.nth(1).waitFor();
  expect((await wireFrames(page)).filter((line) => line.includes('"type":"publication"'))).toHaveLength(1);
});

it("bad signature: refused, and the page waits on", async () => {
  const page = await waiting({ expected: /status of 401/ });
  await page.locator("#forged").click();
  await page.locator("#wire").getByText("POST /callbacks/standard → 401").waitFor();
  expect(await page.locator("#outcome").getAttribute("data-status")).toBe("pending");
  await page.locator("#callback").click();
  await waitForStatus(page, "paid");
});

it("failed, then paid: the page says both, in this order", async () => {
  const page = await waiting();
  const seen = await recordStatuses(page);
  await page.locator("#failed").click();
  await waitForStatus(page, "paid");
  expect(await seen()).toEqual(["failed", "paid"]);
});

it("refund: paid first, then what was paid goes back", async () => {
  const page = await waiting();
  const seen = await recordStatuses(page);
  await page.locator("#refund").click();
  await waitForStatus(page, "refunded");
  expect(await seen()).toEqual(["paid", "refunded"]);
});

it("no callback: reconciliation finds it", async () => {
  const page = await waiting();
  await page.locator("#silent").click();
  await page.getByText("No callback will come.").waitFor();
  await waitForStatus(page, "paid");
  expect((await wireFrames(page)).filter((line) => line.includes("/callbacks/"))).toEqual([]);
});

it("go offline, a callback meanwhile, come back: paid", async () => {
  const page = await waiting();
  await page.locator("#network").click();
  await page.locator("#connection[data-state=waiting]").waitFor();
  await page.locator("#callback").click();
  await page.locator("#wire").getByText("POST /callbacks/standard → 200").waitFor();
  expect(await page.locator("#outcome").getAttribute("data-status")).toBe("pending");
  await page.getByRole("button", { name: "Come back" }).click();
  await waitForStatus(page, "paid");
});

it("a settled order stays as it is: the next experiment takes a fresh one", async () => {
  const page = await waiting();
  await page.locator("#callback").click();
  await waitForStatus(page, "paid");
  // One experiment at a time: the push may arrive before the reply that ends this one.
  await page.locator("#wire").getByText("POST /callbacks/standard → 200").waitFor();
  const paid = page.url();
  await page.locator("#callback").click();
  await page.waitForURL((url) => url.href !== paid);
  await waitForStatus(page, "paid");
});

it("says that the browser signs nowhere but on localhost and over https", async () => {
  const page = await openPage("/checkout/", {
    server: inject("url").replace("localhost", ELSEWHERE),
    expected: /^The Cross-Origin-Opener-Policy header has been ignored/, // it is for such pages only, too
  });
  await page.getByText("The browser signs only on localhost").waitFor();
  expect(await page.locator("#callback").isDisabled()).toBe(true);
});
