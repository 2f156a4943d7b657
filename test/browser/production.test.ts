// Pages of a Worker with its own secrets: no page creates callbacks or tokens.
import { randomBytes } from "node:crypto";
import { afterAll, beforeAll, expect, it } from "vitest";
import { openPage, saveScreenshot, waitForStatus, useBrowser } from "../support/browser.ts";
import { newBiz } from "../support/client.ts";
import { startServer, type Server } from "../support/server.ts";

useBrowser();

/** Secrets of its own: outside development the published ones are refused. */
const secret = (): string => randomBytes(32).toString("hex");
const key = secret();
let server: Server;
beforeAll(async () => {
  server = await startServer({
    DEVELOPMENT: "0",
    PAGES: "1",
    PUSH_EVERY_SECONDS: "1",
    API_KEYS: key,
    ORDER_ID_KEY: secret(),
    ORDER_STATUS_KEY: secret(),
    TOKEN_SECRET: secret(),
    FORWARD_SECRET: `whsec_${randomBytes(24).toString("base64")}`,
  });
}, 60_000);
afterAll(() => server.stop());

it("the laboratory has no buttons, shows the reason, and shows the order's status", async () => {
  const biz = newBiz();
  const page = await openPage(`/checkout/#${biz}`, { server: server.url });
  await page.getByText("This Worker has secrets of its own.").waitFor();
  expect(await page.locator("#experiments button:visible").count()).toBe(0);
  await page.locator("#connection[data-state=open]").waitFor();
  await saveScreenshot(page, "checkout-production");
  await fetch(`${server.url}/callback/${biz}/`, { method: "POST", headers: { "X-API-Key": key } });
  await waitForStatus(page, "paid");
});

it("the monitor shows the group as any member does, and marks the tick as unknown", async () => {
  const page = await openPage(`/monitor/#${newBiz()}`, { server: server.url });
  await page.getByText("without a name: 1").waitFor();
  expect(await page.locator("#push-form").isVisible()).toBe(false);
  await page.getByRole("button", { name: "Leave" }).click();
  await page.locator("#tick[data-tick=unknown]").waitFor();
});

it("the console has no key and no button for tokens", async () => {
  const page = await openPage("/console/", { server: server.url });
  await page.getByRole("button", { name: "Connect", exact: true }).waitFor();
  await page.waitForLoadState("networkidle");
  expect(await page.locator("#key").inputValue()).toBe("");
  expect(await page.locator("#make-token").isVisible()).toBe(false);
});
