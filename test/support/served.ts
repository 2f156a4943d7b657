// Global setup of the projects `served` and `crowd`: starts the Worker with a push every second.
import type { TestProject } from "vitest/node";
import { startServer } from "./server.ts";

declare module "vitest" {
  interface ProvidedContext {
    /** URL of the Worker. */
    readonly url: string;
  }
}

export default async function serve(project: TestProject): Promise<() => Promise<void>> {
  const server = await startServer({ PUSH_EVERY_SECONDS: "1" });
  project.provide("url", server.url);
  return server.stop;
}
