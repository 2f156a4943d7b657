// The page at "/": its order, the texts of the order's group, and members of the alarm group.
import { expect, inject, it } from "vitest";
import { openPage, openWindow, waitForStatus, useBrowser } from "../support/browser.ts";
import { backend, newBiz } from "../support/client.ts";

useBrowser();

it("shows paid after the order's callback, and shows no text of a member as an outcome", async () => {
  const biz = newBiz();
  const { open } = await openWindow();
  const [one, other] = [await open(`/#${biz}`), await open(`/#${biz}`)];
  for (const page of [one, other]) await page.locator("#order-connection[data-state=open]").waitFor();
  const text = `{"biz":"${biz}","paid":true,"status":"paid"}`;
  await one.getByLabel("Text", { exact: true }).fill(text);
  await one.getByRole("button", { name: "Send" }).click();
  for (const page of [one, other]) await page.locator("#texts li", { hasText: text }).waitFor();
  expect(await other.locator("#outcome").getAttribute("data-status")).toBe("pending");
  await backend(inject("url"), "POST", `/callback/${biz}/`);
  for (const page of [one, other]) await waitForStatus(page, "paid");
});

it("shows members that join and leave, and the same push for all of them", async () => {
  const page = await openPage("/");
  for (const members of [1, 2, 3]) {
    await page.getByRole("heading", { name: `Members here: ${members}` }).waitFor();
    if (members < 3) await page.locator("#join").click();
  }
  await page.locator("#pushes li").filter({ hasText: "123" }).first().waitFor();
  await page.getByRole("button", { name: "Leave: member 2" }).click();
  await page.getByRole("heading", { name: "Members here: 2" }).waitFor();
  await page.locator("#pushes li").filter({ hasText: "13" }).first().waitFor();
});
