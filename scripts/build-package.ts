// Builds the published files into lib/: unminified ESM with source maps and types, and the pages.
// Runs before `npm pack`.
import { execFileSync } from "node:child_process";
import { cpSync, globSync, readFileSync, rmSync, writeFileSync } from "node:fs";

/** The Worker and the client, which differ in their platform types. */
const PROJECTS = ["tsconfig.package.json", "src/client/tsconfig.package.json"];

rmSync("lib", { recursive: true, force: true });
// `npm run typecheck` checks types; this step only emits them.
for (const project of PROJECTS) {
  execFileSync("node_modules/.bin/tsc", ["-p", project, "--noCheck"], { stdio: "inherit" });
}
// TypeScript 7.0 rewrites `./x.ts` to `./x.js` in code only.
for (const file of globSync("lib/**/*.d.ts")) {
  const text = readFileSync(file, "utf8");
  writeFileSync(file, text.replace(/((?:from |import\()"\.{1,2}\/[^"]+)\.ts"/g, '$1.js"'));
}
execFileSync("node", ["scripts/build-pages.ts"], { stdio: "inherit" });
cpSync("src/pages", "lib/pages", { recursive: true, filter: (file) => !file.endsWith("tsconfig.json") });
