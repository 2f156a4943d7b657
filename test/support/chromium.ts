// Unpacks the Chromium that comes inside @sparticuz/chromium, once for all tests of the browser kind, and serves the Worker to it. Tests nothing.
import { existsSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { inflate } from "@sparticuz/chromium";
import { chromium, type Browser } from "playwright-core";
import type { TestProject } from "vitest/node";
import { startServer } from "./server.ts";

export interface Chromium {
  readonly executablePath: string;
  readonly env: Record<string, string>;
}

declare module "vitest" {
  interface ProvidedContext {
    readonly chromium: Chromium;
  }
}

const packed = (part: string): string => `node_modules/@sparticuz/chromium/bin/${part}.br`;

export default async function serve(project: TestProject): Promise<() => Promise<void>> {
  const folder = await mkdtemp(join(tmpdir(), "belfry-chromium-"));
  const installed = await unpack(folder);
  await tryToStart(installed).catch(async (error) => {
    await rm(folder, { recursive: true });
    throw error;
  });
  const server = await startServer({ PUSH_EVERY_SECONDS: "1" });
  project.provide("chromium", installed);
  project.provide("url", server.url);
  return async () => {
    await server.stop();
    await rm(folder, { recursive: true, force: true });
  };
}

/** The package unpacks into the temporary folder and takes whatever lies there by that name for its own: it gets a fresh one. */
export async function unpack(folder: string): Promise<Chromium> {
  const { TMPDIR } = process.env;
  process.env["TMPDIR"] = folder;
  const unpacking = Promise.all(["chromium", "al2023.tar", "fonts.tar"].map((part) => inflate(packed(part))));
  const [executablePath = "", libraries = "", fonts = ""] = await unpacking.finally(() => {
    if (TMPDIR === undefined) delete process.env["TMPDIR"];
    else process.env["TMPDIR"] = TMPDIR;
  });
  const env: Record<string, string> = { LD_LIBRARY_PATH: join(libraries, "lib") }; // a machine for tests need not have NSS
  if (!existsSync("/etc/fonts/fonts.conf")) env["FONTCONFIG_PATH"] = fonts; // nor fonts
  return { executablePath, env };
}

/** A machine that cannot start it has tested nothing: that has to be said, once and with what the binary says. */
async function tryToStart(installed: Chromium): Promise<void> {
  try {
    await (await launch(installed)).close();
  } catch (cause) {
    const needs = "it needs Linux on x64 and the C library of 2021 or later (glibc 2.34)";
    throw new Error(`the Chromium of @sparticuz/chromium does not start on this machine: ${needs}`, { cause });
  }
}

/** The Worker as if it were on another machine, which a page over http is not to be trusted with secrets by. */
export const ELSEWHERE = "belfry.test";

/** Containers run as root and without user namespaces, where Chromium's own sandbox cannot start; the pages are our own. */
const FLAGS = [
  "--no-sandbox",
  "--no-zygote",
  "--disable-dev-shm-usage",
  "--disable-gpu",
  `--host-resolver-rules=MAP ${ELSEWHERE} 127.0.0.1`,
] as const;

export const launch = ({ executablePath, env }: Chromium): Promise<Browser> =>
  chromium.launch({ executablePath, env: { ...process.env, ...env }, args: [...FLAGS] });
