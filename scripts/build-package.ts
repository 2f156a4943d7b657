// Builds what npm publishes into lib/: unminified ESM with source maps and types. `npm pack` runs it; nothing here is deployed.
import { execFileSync } from "node:child_process";
import { globSync, readFileSync, rmSync, writeFileSync } from "node:fs";

/** The projects of lib/: the Worker, and the client, which knows browsers in place of Workers. */
const PROJECTS = ["tsconfig.package.json", "src/client/tsconfig.package.json"];

rmSync("lib", { recursive: true, force: true });
// Types are checked by `npm run typecheck`; here they are only written.
for (const project of PROJECTS)
  execFileSync("node_modules/.bin/tsc", ["-p", project, "--noCheck"], { stdio: "inherit" });
// TypeScript 7.0 rewrites `./x.ts` to `./x.js` in code and leaves declarations as they are.
for (const file of globSync("lib/**/*.d.ts")) {
  const text = readFileSync(file, "utf8");
  writeFileSync(file, text.replace(/((?:from |import\()"\.{1,2}\/[^"]+)\.ts"/g, '$1.js"'));
}
