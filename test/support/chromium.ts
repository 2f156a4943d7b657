// Global setup of the project `browser`: unpacks the Chromium of @sparticuz/chromium and starts the
// Worker.
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

/** Unpacks into `folder`. The package reuses files that it finds in TMPDIR, so TMPDIR is a new folder. */
export async function unpack(folder: string): Promise<Chromium> {
  const { TMPDIR } = process.env;
  process.env["TMPDIR"] = folder;
  const unpacking = Promise.all(["chromium", "al2023.tar", "fonts.tar"].map((part) => inflate(packed(part))));
  const [executablePath = "", libraries = "", fonts = ""] = await unpacking.finally(() => {
    if (TMPDIR === undefined) delete process.env["TMPDIR"];
    else process.env["TMPDIR"] = TMPDIR;
  });
  const env: Record<string, string> = { LD_LIBRARY_PATH: join(libraries, "lib") }; // for machines without NSS
  if (!existsSync("/etc/fonts/fonts.conf")) env["FONTCONFIG_PATH"] = fonts; // for machines without fonts
  return { executablePath, env };
}

/** Fails the run with the binary's own error if Chromium does not start on this machine. */
async function tryToStart(installed: Chromium): Promise<void> {
  try {
    await (await launch(installed)).close();
  } catch (cause) {
    const needs = "it needs Linux on x64 and the C library of 2021 or later (glibc 2.34)";
    throw new Error(`the Chromium of @sparticuz/chromium does not start on this machine: ${needs}`, { cause });
  }
}

/** A host name for the Worker that is not localhost: its pages over http are no secure context. */
export const ELSEWHERE = "belfry.test";

/** The sandbox is off: it cannot start in containers as root without user namespaces. */
const FLAGS = [
  "--no-sandbox",
  "--no-zygote",
  "--disable-dev-shm-usage",
  "--disable-gpu",
  `--host-resolver-rules=MAP ${ELSEWHERE} 127.0.0.1`,
] as const;

export const launch = ({ executablePath, env }: Chromium): Promise<Browser> =>
  chromium.launch({ executablePath, env: { ...process.env, ...env }, args: [...FLAGS] });
