// Every button of the laboratory: the status and the frames that the page shows after a click.
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

/** Opens the checkout page with a new order and waits for its connection. */
async function openCheckout(options: Parameters<typeof openPage>[1] = {}): Promise<Page> {
  const page = await openPage("/checkout/", options);
  await page.locator("#connection[data-state=open]").waitFor();
  return page;
}

it("the page shows a pending order with its amount, its expiry and a code", async () => {
  const page = await openCheckout();
  await page.getByText("$19.99").waitFor();
  await page.getByText(/^Expires in 1[45]:\d\d$/).waitFor();
  expect(await page.locator("#qr path").getAttribute("d")).toMatch(/^M/);
  expect(await page.locator("#outcome").getAttribute("data-status")).toBe("pending");
  expect(new URL(page.url()).hash).toMatch(/^#[a-z2-7]{32}$/);
});

it("callback by keyboard: the page and its live region show paid", async () => {
  const page = await openCheckout();
  const isFocused = () => page.evaluate(() => document.activeElement?.id === "callback");
  for (let tabs = 0; tabs < 20 && !(await isFocused()); tabs++) await page.keyboard.press("Tab");
  await page.keyboard.press("Enter");
  await waitForStatus(page, "paid");
  await page.getByRole("status").filter({ hasText: "Paid" }).waitFor();
  await page.locator("#wire").getByText("POST /callbacks/standard → 200").waitFor();
  expect(await page.title()).toBe("Paid · Belfry");
  expect(await page.locator("#countdown").textContent()).toBe("");
  expect(await violations(page)).toEqual([]);
  await saveScreenshot(page, "checkout-paid");
});

it("callback first: a page opened later shows paid", async () => {
  const page = await openCheckout();
  const before = page.url();
  await page.locator("#first").click();
  await waitForStatus(page, "paid");
  await page.getByText("It was there already when this page connected.").waitFor();
  expect(page.url()).not.toBe(before);
});

it("duplicate: both callbacks are acknowledged, and one publication is pushed", async () => {
  const page = await openCheckout();
  const acknowledged = page.locator("#wire li", { hasText: "POST /callbacks/standard → 200" });
  await page.locator("#duplicate").click();
  await waitForStatus(page, "paid");
  await acknowledged.nth(1).waitFor();
  expect((await wireFrames(page)).filter((line) => line.includes('"type":"publication"'))).toHaveLength(1);
});

it("bad signature: the callback is refused, and the page keeps waiting", async () => {
  const page = await openCheckout({ expected: /status of 401/ });
  await page.locator("#forged").click();
  await page.locator("#wire").getByText("POST /callbacks/standard → 401").waitFor();
  expect(await page.locator("#outcome").getAttribute("data-status")).toBe("pending");
  await page.locator("#callback").click();
  await waitForStatus(page, "paid");
});

it("failed, then paid: the page shows both statuses, in this order", async () => {
  const page = await openCheckout();
  const seen = await recordStatuses(page);
  await page.locator("#failed").click();
  await waitForStatus(page, "paid");
  expect(await seen()).toEqual(["failed", "paid"]);
});

it("refund: the page shows paid, then refunded", async () => {
  const page = await openCheckout();
  const seen = await recordStatuses(page);
  await page.locator("#refund").click();
  await waitForStatus(page, "refunded");
  expect(await seen()).toEqual(["paid", "refunded"]);
});

it("no callback: reconciliation finds the payment", async () => {
  const page = await openCheckout();
  await page.locator("#silent").click();
  await page.getByText("No callback will come.").waitFor();
  await waitForStatus(page, "paid");
  expect((await wireFrames(page)).filter((line) => line.includes("/callbacks/"))).toEqual([]);
});

it("go offline: the page shows paid when it is online again after a callback", async () => {
  const page = await openCheckout();
  await page.locator("#network").click();
  await page.locator("#connection[data-state=waiting]").waitFor();
  await page.locator("#callback").click();
  await page.locator("#wire").getByText("POST /callbacks/standard → 200").waitFor();
  expect(await page.locator("#outcome").getAttribute("data-status")).toBe("pending");
  await page.getByRole("button", { name: "Come back" }).click();
  await waitForStatus(page, "paid");
});

it("a settled order is unchanged: the next experiment creates a new one", async () => {
  const page = await openCheckout();
  await page.locator("#callback").click();
  await waitForStatus(page, "paid");
  // One experiment at a time: the push may arrive before the reply that ends this one.
  await page.locator("#wire").getByText("POST /callbacks/standard → 200").waitFor();
  const paid = page.url();
  await page.locator("#callback").click();
  await page.waitForURL((url) => url.href !== paid);
  await waitForStatus(page, "paid");
});

it("a page of development is refused under another host than localhost, by the setting's name", async () => {
  const page = await openPage("/checkout/", {
    server: inject("url").replace("localhost", ELSEWHERE),
    expected: /500|Cross-Origin-Opener-Policy/,
  });
  await page.getByText("DEVELOPMENT must be 0").waitFor();
});
