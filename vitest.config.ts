// The kinds of test: pure ones in Node, the Worker inside workerd, the Worker as `npm start` serves it, its pages in Chromium, and a crowd.
import { readFileSync } from "node:fs";
import { parseEnv } from "node:util";
import { cloudflareTest } from "@cloudflare/vitest-pool-workers";
import { defineConfig } from "vitest/config";

// The development secrets, from the same checked-in example that `npm start` reads.
const secrets = parseEnv(readFileSync(new URL("development.vars", import.meta.url), "utf8"));

// A merchant's backend to ask and to forward to, as test/support/merchant.ts stands in for one.
const merchant = {
  ORDER_STATUS_URL: "https://merchant.test/orders/{biz}",
  FORWARD_URL: "https://merchant.test/hook",
  // Two, as while the secret is changed.
  FORWARD_SECRET: `${secrets["FORWARD_SECRET"]}, whsec_MTIzNDU2Nzg5MGFiY2RlZmdoaWprbG1u`,
  // Here a provider's payment counts without a registration; everywhere else it is held, as in production.
  REQUIRE_REGISTERED: "0",
};

/** A poll ends with its event; the limit is for a machine with other work. */
const patient = { poll: { timeout: 30_000 } };

export default defineConfig({
  test: {
    // One file per core: much of a test's time is waiting for the server, and the default leaves a core for a watcher.
    maxWorkers: "100%",
    // The Worker's own log has a line for everything that happens; of these, a test's reader wants the faults only.
    onConsoleLog: (line, type) => type === "stderr" || !line.startsWith('{"event":'),
    projects: [
      {
        test: {
          name: "pure",
          expect: patient,
          testTimeout: 30_000,
          include: ["test/{core,callbacks,flows,tokens,client,house}/**/*.test.ts"],
          exclude: ["test/flows/over-http.test.ts"],
        },
      },
      {
        plugins: [
          cloudflareTest({
            main: "./test/support/worker.ts",
            wrangler: { configPath: "./wrangler.toml" },
            miniflare: { bindings: { ...secrets } as Record<string, string> },
          }),
        ],
        // Tokens in both: the Web Crypto of workerd is not that of Node.
        test: {
          name: "workerd",
          expect: patient,
          testTimeout: 30_000,
          setupFiles: ["test/support/route-problems.ts"],
          include: [
            "test/{group,http,journeys}/**/*.test.ts",
            "test/tokens/verify.test.ts",
            "test/flows/over-http.test.ts",
          ],
        },
      },
      {
        plugins: [
          cloudflareTest({
            main: "./test/support/worker.ts",
            wrangler: { configPath: "./wrangler.toml" },
            miniflare: { bindings: { ...secrets, ...merchant } },
          }),
        ],
        test: {
          name: "merchant",
          expect: patient,
          testTimeout: 30_000,
          setupFiles: ["test/support/route-problems.ts"],
          include: ["test/merchant/**/*.test.ts", "test/flows/over-http.test.ts"],
        },
      },
      {
        test: {
          name: "served",
          expect: patient,
          testTimeout: 60_000,
          include: ["test/served/**/*.test.ts"],
          globalSetup: ["test/support/served.ts"],
        },
      },
      {
        test: {
          name: "browser",
          expect: patient,
          include: ["test/browser/**/*.test.ts"],
          globalSetup: ["test/support/chromium.ts"],
          testTimeout: 30_000,
        },
      },
      {
        test: {
          name: "crowd",
          expect: patient,
          testTimeout: 60_000,
          include: ["test/crowd/**/*.test.ts"],
          globalSetup: ["test/support/served.ts"],
          // When all else is done: a crowd takes the whole machine, and others measure times.
          sequence: { groupOrder: 1 },
        },
      },
    ],
  },
});
