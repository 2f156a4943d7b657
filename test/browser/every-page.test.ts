// Every page, light and dark, on a phone and on a desktop: has no serious violation by axe, fits the
// screen, and is saved as a screenshot.
import type { Page } from "playwright-core";
import { expect, it } from "vitest";
import { openPage, saveScreenshot, useBrowser, violations } from "../support/browser.ts";

useBrowser();

const pages: readonly (readonly [name: string, path: string, ready: string])[] = [
  ["index", "/", "#pushes li"],
  ["checkout", "/checkout/", "#wire li:has-text('welcome')"],
  ["monitor", "/monitor/", "#events li:nth-child(2)"],
  ["console", "/console/", "#key:valid"],
  ["reference", "/reference/", "#content[aria-busy=false], #content:not([aria-busy])"],
];
const screens = [
  ["phone", { width: 390, height: 844 }],
  ["desktop", { width: 1280, height: 900 }],
] as const;

it.for(pages)(
  "%s is accessible and fits the screen, light and dark, on a phone and on a desktop",
  { timeout: 60_000 },
  async ([name, path, ready]) => {
    const page = await openPage(path);
    await page.locator(ready).first().waitFor();
    for (const [screen, size] of screens) {
      await page.setViewportSize(size);
      for (const colorScheme of ["light", "dark"] as const) {
        await page.emulateMedia({ colorScheme });
        await saveScreenshot(page, `${name}-${colorScheme}-${screen}`);
        // Colours do not depend on the screen, and layout not on the colours: two of four pairs suffice.
        if ((colorScheme === "light") === (screen === "phone")) expect(await violations(page)).toEqual([]);
      }
      expect([screen, await overflowOf(page)]).toEqual([screen, 0]);
    }
  },
);

it.for(pages)("%s is in Chinese and fits the screen, on a phone", async ([name, path, ready]) => {
  const [[, phone]] = screens;
  const page = await openPage(path, { locale: "zh-CN", viewport: phone });
  await page.locator(ready).first().waitFor();
  await saveScreenshot(page, `${name}-chinese`);
  expect(await overflowOf(page)).toBe(0);
  expect(await page.locator("html").getAttribute("lang")).toBe("zh-CN");
  const words = await page.locator("h1, button:visible, label > span").allTextContents();
  expect(words.filter((text) => /^\s*[A-Z][a-z]/.test(text))).toEqual(name === "index" ? ["Belfry"] : []);
});

/** Number of pixels by which the page is wider than the screen. */
const overflowOf = (page: Page): Promise<number> =>
  page.evaluate(() => Math.max(0, document.documentElement.scrollWidth - innerWidth));
