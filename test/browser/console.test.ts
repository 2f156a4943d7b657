// The console: paths and modes, frames in both directions with their positions, and a backend's requests.
import { expect, it } from "vitest";
import { openPage, useBrowser, violations } from "../support/browser.ts";
import { newBiz } from "../support/client.ts";

useBrowser();

it("opens a feed with a token, publishes as a backend, and recovers missed publications", async () => {
  const page = await openPage("/console/");
  const frames = page.locator("#frames");
  await page.locator("#key:valid").waitFor();
  const feed = newBiz();
  await page.getByLabel("Path").fill(`/ws/feed/${feed}/`);
  await page.getByRole("button", { name: "Make a development token" }).click();
  await page.locator("#token:not(:placeholder-shown)").waitFor();
  await page.getByRole("button", { name: "Connect", exact: true }).click();
  await frames.getByText('"type":"welcome"').waitFor();

  await page.getByRole("button", { name: "Publish into the group" }).click();
  await frames.locator("li", { hasText: "Doors are open" }).getByText("#1").waitFor();
  await page.getByRole("button", { name: "presence" }).click();
  await frames.locator("li", { hasText: "↑" }).getByText('{"type":"presence","id":2}').waitFor();
  await frames.getByText('"sub":"console"').waitFor();

  await page.getByRole("button", { name: "Disconnect" }).click();
  await frames.getByText("connection ended, code 1000").waitFor();
  await page.getByLabel("Event").fill('{"type":"send.message","message":"missed"}');
  await page.getByRole("button", { name: "Publish into the group" }).click();
  await page.getByText(`POST /groups/feed_${feed}/send → 200`).waitFor();
  await page.getByRole("button", { name: "Connect", exact: true }).click();
  await frames.getByText('"recovered":true').waitFor();
  await frames.locator("li", { hasText: '"data":"missed"' }).getByText("#2").waitFor();

  for (const [button, answer] of [
    ["Look", `"group": "feed_${feed}"`],
    ["Connections", '"mode": "v1"'],
    ["History", '"data": "missed"'],
  ] as const) {
    await page.locator("#backend").getByRole("button", { name: button }).click();
    await page.locator("#answer").getByText(answer).waitFor();
  }
  expect(await violations(page)).toEqual([]);
});

it("connects in plain mode, shows the time of the next push and the reason of a refusal", async () => {
  const page = await openPage("/console/");
  await page.locator("#key:valid").waitFor();
  const project = newBiz();
  await page.getByLabel("Path").fill(`/ws/alarm/${project}/`);
  await page.getByLabel("Mode").selectOption("belfry.plain");
  await page.getByRole("button", { name: "Connect", exact: true }).click();
  await page.locator("#frames").getByText('{"type":"result"').first().waitFor();
  await page.getByRole("button", { name: "Look" }).click();
  await page.getByText(/^Next push: 20\d\d-/).waitFor();

  await page.getByLabel("Path").fill("/ws/feed/news/");
  await page.getByLabel("Mode").selectOption("belfry.v1");
  await page.getByRole("button", { name: "Connect", exact: true }).click();
  await page.getByText("Closed: 4008 token_missing").waitFor();
});

it("stores no key in the browser", async () => {
  const page = await openPage("/console/");
  await page.locator("#key:valid").waitFor();
  expect(await page.evaluate(() => localStorage.length + sessionStorage.length)).toBe(0);
  expect(await page.locator("#key").getAttribute("type")).toBe("password");
});
