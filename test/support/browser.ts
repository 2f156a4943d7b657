// Opens pages in Chromium: one browser per file, one window per test. A console error or a request
// to another host fails the test.
import { mkdir } from "node:fs/promises";
import { createRequire } from "node:module";
import type axeCore from "axe-core";
import type { Browser, BrowserContext, BrowserContextOptions, Page } from "playwright-core";
import { afterAll, beforeAll, expect, inject, onTestFinished } from "vitest";
import { launch } from "./chromium.ts";

let browser: Browser;

/** Starts a browser for the tests of the calling file. Called at the top of the file. */
export function useBrowser(): void {
  beforeAll(async () => {
    browser = await launch(inject("chromium"));
  });
  afterAll(() => browser.close());
}

export interface Window {
  readonly context: BrowserContext;
  /** Another tab of the same window. */
  readonly open: (path: string) => Promise<Page>;
}

export interface WindowOptions extends BrowserContextOptions {
  /** URL of the Worker. Default: the Worker of the test project. */
  readonly server?: string;
  /** Console errors the test expects. Chromium logs every refusal and every lost connection as one. */
  readonly expected?: RegExp;
}

/** Opens a window with separate storage, language and network, for one test. */
export async function openWindow({
  server = inject("url"),
  expected,
  ...options
}: WindowOptions = {}): Promise<Window> {
  const context = await browser.newContext({ locale: "en-GB", baseURL: server, ...options });
  const unexpected: string[] = [];
  const report = (text: string) => void (expected?.test(text) || unexpected.push(text));
  context.on("console", (message) => message.type() === "error" && report(message.text()));
  context.on("weberror", (error) => report(String(error.error())));
  context.on("request", (request) => {
    if (!/^(data|blob|about):/.test(request.url()) && new URL(request.url()).origin !== server) report(request.url());
  });
  onTestFinished(async () => {
    await context.close();
    expect(unexpected).toEqual([]);
  });
  const open = async (path: string) => {
    const page = await context.newPage();
    await page.goto(path);
    return page;
  };
  return { context, open };
}

/** Opens one page in a new window. */
export const openPage = async (path: string, options: WindowOptions = {}): Promise<Page> =>
  (await openWindow(options)).open(path);

/** axe's violations of serious or critical impact, each with the elements concerned. */
export async function violations(page: Page): Promise<string[]> {
  await page.evaluate(axe());
  return page.evaluate(async () => {
    const { axe } = globalThis as unknown as { axe: typeof axeCore }; // set by the script above
    const { violations } = await axe.run({ resultTypes: ["violations"] }); // omits the passed checks, thousands on a long page
    return violations
      .filter(({ impact }) => impact === "serious" || impact === "critical")
      .map(
        ({ id, nodes }) => `${id}: ${nodes.map(({ html, failureSummary }) => `${html} ${failureSummary}`).join("; ")}`,
      );
  });
}

let axeSource: string | undefined;

/** The source of axe. The debugger evaluates it: the page's policy would block it as a script. */
function axe(): string {
  axeSource ??= (createRequire(import.meta.url)("axe-core") as typeof axeCore).source; // the package's export
  return axeSource;
}

/** Maximum height of a screenshot, in CSS pixels: Chromium without a GPU hangs on taller ones. */
const MAX_HEIGHT_PX = 4000;

/** Saves a screenshot of the page for review by eye. */
export async function saveScreenshot(page: Page, name: string): Promise<void> {
  await mkdir("screenshots", { recursive: true });
  const before = page.viewportSize() ?? { width: 1280, height: 720 };
  const needed = await page.evaluate(() => document.documentElement.scrollHeight);
  await page.setViewportSize({ ...before, height: Math.min(MAX_HEIGHT_PX, Math.max(before.height, needed)) });
  await page.screenshot({ path: `screenshots/${name}.png` });
  await page.setViewportSize(before);
}

/** Waits until the page shows the order's `status`. */
export const waitForStatus = (page: Page, status: string): Promise<void> =>
  page.locator(`#outcome[data-status=${status}]`).waitFor();

/** Records the statuses of the order that the page shows from now on, in order. */
export async function recordStatuses(page: Page): Promise<() => Promise<string[]>> {
  const seen = await page.evaluateHandle(() => {
    const statuses: string[] = [];
    const outcome = document.querySelector<HTMLElement>("#outcome");
    const record = () => {
      const { status = "" } = outcome?.dataset ?? {};
      if (statuses.at(-1) !== status) statuses.push(status);
    };
    if (outcome) new MutationObserver(record).observe(outcome, { attributeFilter: ["data-status"] });
    return statuses;
  });
  return () => seen.jsonValue();
}

/** The frames that the checkout page lists, the newest first. */
export const wireFrames = (page: Page): Promise<string[]> =>
  page.locator("#wire li > code, #wire summary").allTextContents();
