// Starts the Worker once for all tests of the served kind, with a push every second. Tests nothing.
import type { TestProject } from "vitest/node";
import { startServer } from "./server.ts";

declare module "vitest" {
  interface ProvidedContext {
    /** Where the Worker answers. */
    readonly url: string;
  }
}

export default async function serve(project: TestProject): Promise<() => Promise<void>> {
  const server = await startServer({ PUSH_EVERY_SECONDS: "1" });
  project.provide("url", server.url);
  return server.stop;
}
