// Builds the browser SDK: for npm into dist-client/, with types, and for the Worker to serve as /client.js. Writes only what has changed.
import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { build, type Plugin } from "esbuild";

const SERVED = "src/pages/client.js"; // among the pages, and not in git

/** The hooks use the client that lies beside them: a second copy would open second sockets. */
const clientBeside: Plugin = {
  name: "the client beside",
  setup: (build) =>
    build.onResolve({ filter: /^\.\/index\.ts$/ }, ({ kind }) =>
      kind === "import-statement" ? { path: "./client.js", external: true } : null,
    ),
};

/** One module of the SDK, minified. `entry` is its file in src/client/. */
export async function bundle(entry: "index" | "react" | "testing"): Promise<string> {
  const { outputFiles } = await build({
    entryPoints: [`src/client/${entry}.ts`],
    bundle: true,
    minify: true,
    format: "esm",
    target: "es2022",
    external: ["react"],
    plugins: [clientBeside],
    write: false,
  });
  const [file] = outputFiles;
  if (file === undefined) throw new Error(`esbuild made nothing of ${entry}`);
  return file.text;
}

if (import.meta.main) {
  const client = await bundle("index");
  mkdirSync("dist-client", { recursive: true });
  writeIfChanged("dist-client/client.js", client);
  writeIfChanged("dist-client/react.js", await bundle("react"));
  writeIfChanged("dist-client/testing.js", await bundle("testing"));
  writeIfChanged(SERVED, client);
  // Types are checked by `npm run typecheck`; here they are only written down.
  const flags = "--noCheck --noEmit false --declaration --emitDeclarationOnly --rootDir src --outDir dist-client/types";
  execFileSync("node_modules/.bin/tsc", ["-p", "src/client", ...flags.split(" ")], { stdio: "inherit" });
}

/** A file that is written is a change to who watches it: `wrangler dev` would build again, and again. */
export function writeIfChanged(file: string, text: string): void {
  if (!existsSync(file) || readFileSync(file, "utf8") !== text) writeFileSync(file, text);
}
