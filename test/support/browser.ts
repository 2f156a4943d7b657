// Pages in a real Chromium, one browser per file and one window per test. A console error, or a request to another host, fails the test.
import { mkdir } from "node:fs/promises";
import { createRequire } from "node:module";
import type axeCore from "axe-core";
import type { Browser, BrowserContext, BrowserContextOptions, Page } from "playwright-core";
import { afterAll, beforeAll, expect, inject, onTestFinished } from "vitest";
import { launch } from "./chromium.ts";

let browser: Browser;

/** For the top of a file: its tests have a browser of their own. */
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
  /** Where the Worker answers, if not at the project's own. */
  readonly server?: string;
  /** Console errors that belong to what is tested: a refusal is one to Chromium, and so is a lost connection. */
  readonly expected?: RegExp;
}

/** A window with storage, language and network of its own, for one test. */
export async function openWindow({
  server = inject("url"),
  expected,
  ...options
}: WindowOptions = {}): Promise<Window> {
  const context = await browser.newContext({ locale: "en-GB", baseURL: server, ...options });
  const wrong: string[] = [];
  const report = (what: string) => void (expected?.test(what) || wrong.push(what));
  context.on("console", (message) => message.type() === "error" && report(message.text()));
  context.on("weberror", (error) => report(String(error.error())));
  context.on("request", (request) => {
    if (!/^(data|blob|about):/.test(request.url()) && new URL(request.url()).origin !== server) report(request.url());
  });
  onTestFinished(async () => {
    await context.close();
    expect(wrong).toEqual([]);
  });
  const open = async (path: string) => {
    const page = await context.newPage();
    await page.goto(path);
    return page;
  };
  return { context, open };
}

/** One page in a window of its own. */
export const openPage = async (path: string, options: WindowOptions = {}): Promise<Page> =>
  (await openWindow(options)).open(path);

/** The violations that hinder somebody seriously, by axe: each with the elements it found. */
export async function violations(page: Page): Promise<string[]> {
  await page.evaluate(axe());
  return page.evaluate(async () => {
    const { axe } = globalThis as unknown as { axe: typeof axeCore }; // the script above has set it
    const { violations } = await axe.run({ resultTypes: ["violations"] }); // a long page has passed thousands of checks, too
    return violations
      .filter(({ impact }) => impact === "serious" || impact === "critical")
      .map(
        ({ id, nodes }) => `${id}: ${nodes.map(({ html, failureSummary }) => `${html} ${failureSummary}`).join("; ")}`,
      );
  });
}

let axeSource: string | undefined;

/** Evaluated by the debugger: the page's policy would refuse it as a script of the page. */
function axe(): string {
  axeSource ??= (createRequire(import.meta.url)("axe-core") as typeof axeCore).source; // what the package exports
  return axeSource;
}

/** How much of a long page is worth a look, in CSS pixels: this Chromium, which draws without a graphics card, hangs over a picture of more. */
const TALL = 4000;

/** A picture of the page, for people to look at. */
export async function picture(page: Page, name: string): Promise<void> {
  await mkdir("screenshots", { recursive: true });
  const before = page.viewportSize() ?? { width: 1280, height: 720 };
  const needed = await page.evaluate(() => document.documentElement.scrollHeight);
  await page.setViewportSize({ ...before, height: Math.min(TALL, Math.max(before.height, needed)) });
  await page.screenshot({ path: `screenshots/${name}.png` });
  await page.setViewportSize(before);
}

/** Waits until the page says that the order stands so. */
export const says = (page: Page, status: string): Promise<void> =>
  page.locator(`#outcome[data-status=${status}]`).waitFor();

/** What the page will have said of its order from now on, one after the other. */
export async function outcomes(page: Page): Promise<() => Promise<string[]>> {
  const seen = await page.evaluateHandle(() => {
    const statuses: string[] = [];
    const outcome = document.querySelector<HTMLElement>("#outcome");
    const look = () => {
      const { status = "" } = outcome?.dataset ?? {};
      if (statuses.at(-1) !== status) statuses.push(status);
    };
    if (outcome) new MutationObserver(look).observe(outcome, { attributeFilter: ["data-status"] });
    return statuses;
  });
  return () => seen.jsonValue();
}

/** What the checkout page shows of the wire, the newest first. */
export const wire = (page: Page): Promise<string[]> => page.locator("#wire li > code, #wire summary").allTextContents();
