// Checks the package as npm would publish it, with publint, arethetypeswrong and the committed
// report of public types.
import { execFileSync } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, normalize } from "node:path";

const REPORT = "api/public-types.d.ts.txt";
const ENTRIES = ["lib/belfry.d.ts", "lib/client/index.d.ts", "lib/client/react.d.ts", "lib/client/testing.d.ts"];

/** Returns the declarations that the entries reach, each file once, sorted by path. */
function publicTypes(): string {
  const texts = new Map<string, string>();
  const visit = (file: string): void => {
    if (texts.has(file) || !existsSync(file)) return;
    const text = readFileSync(file, "utf8").replace(/\/\/# sourceMappingURL=.*\n?/, "");
    texts.set(file, text);
    for (const [, path = ""] of text.matchAll(/(?:from |import\()"(\.{1,2}\/[^"]+)\.js"/g)) {
      visit(normalize(join(dirname(file), `${path}.d.ts`)));
    }
  };
  for (const entry of ENTRIES) visit(entry);
  return [...texts]
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([file, text]) => `// ${file}\n${text.trim()}\n`)
    .join("\n");
}

const folder = mkdtempSync(join(tmpdir(), "belfry-package-"));
try {
  execFileSync("npm", ["pack", "--silent", "--pack-destination", folder], { stdio: "inherit" });
  const archive = join(folder, readdirSync(folder)[0] ?? "");
  const types = publicTypes();
  if (process.argv.includes("--write")) writeFileSync(REPORT, types);
  if (!existsSync(REPORT) || readFileSync(REPORT, "utf8") !== types) {
    console.error(
      `${REPORT} differs from the public types: run npm run package:types, and describe the change with npm run changes`,
    );
    process.exitCode = 1;
  }
  execFileSync("node_modules/.bin/publint", ["run", archive, "--strict"], { stdio: "inherit" });
  // CommonJS cannot load the package: a Worker, a bundler and Node 22 all load ESM.
  execFileSync(
    "node_modules/.bin/attw",
    [archive, "--profile", "esm-only", "--exclude-entrypoints", "./pages/*", "--format", "table-flipped"],
    { stdio: "inherit" },
  );
} finally {
  rmSync(folder, { recursive: true, force: true });
}
