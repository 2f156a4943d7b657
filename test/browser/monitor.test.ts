// The monitor in one and two tabs: members, tick and pushes.
import { type Page } from "playwright-core";
import { expect, it } from "vitest";
import { openPage, openWindow, useBrowser } from "../support/browser.ts";
import { newBiz } from "../support/client.ts";

useBrowser();

const members = (page: Page, count: number) => page.getByRole("heading", { name: `Members: ${count}` }).waitFor();
const tick = (page: Page, name: string) => page.locator(`#tick[data-tick=${name}]`).waitFor();

it("draws and counts the pushed values", async () => {
  const page = await openPage(`/monitor/#${newBiz()}`);
  await page.locator("#events").getByText('"type":"result"').nth(1).waitFor();
  await page.getByText("Values so far: 1").waitFor();
  expect(await page.locator("#chart canvas").count()).toBe(1);
  await page.locator("#number").fill("7.5");
  await page.getByRole("button", { name: "Push" }).click();
  await page.locator("#events").getByText('{"type":"value","value":7.5}').waitFor();
});

it("two tabs show each other's join and leave, and the tick stops with the last member", async () => {
  const group = `/monitor/#${newBiz()}`;
  const { open } = await openWindow();
  const one = await open(group);
  await members(one, 1);
  const two = await open(group);
  await Promise.all([members(one, 2), members(two, 2)]);
  const name = (await two.locator("#members .self").textContent())?.replace(" (this tab)", "") ?? "";
  await one.locator("#members li", { hasText: name }).waitFor();
  await two.getByRole("button", { name: "Leave" }).click();
  await tick(two, "running"); // for the other member
  await members(one, 1);
  await one.getByRole("button", { name: "Leave" }).click();
  await Promise.all([tick(one, "stopped"), tick(two, "stopped")]);
  await two.getByRole("button", { name: "Join" }).click();
  await Promise.all([members(two, 1), tick(one, "running")]);
});
