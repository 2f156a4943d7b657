// Builds a Worker as `wrangler deploy` would upload it, and reads its wrangler.toml, for a workerd
// of one's own.
import { spawnSync } from "node:child_process";
import { dirname, join, resolve } from "node:path";
// wrangler may change `unstable_` exports in any release. Its version is pinned, and the types
// detect a change.
import { unstable_readConfig as readConfig } from "wrangler";

export interface Built {
  readonly name: string;
  /** Path of the minified module. */
  readonly module: string;
  readonly compatibilityDate: string;
  readonly compatibilityFlags: readonly string[];
  readonly vars: Readonly<Record<string, string>>;
  readonly objects: readonly { readonly binding: string; readonly className: string }[];
  /** Null for a Worker without static files. */
  readonly pages: Pages | null;
  /** Names of bindings that workerd lacks outside of Cloudflare. */
  readonly leftOut: readonly string[];
}

export interface Pages {
  readonly directory: string;
  readonly binding: string | null;
  /** Paths that the Worker handles even if a file exists. */
  readonly workerFirst: readonly string[];
}

/** Builds into `folder` as `npm run build` does. `entry` replaces the Worker's `main`. */
export function buildWorker(configFile: string, folder: string, entry?: string): Built {
  const args = ["deploy", ...(entry === undefined ? [] : [entry]), "--config", configFile];
  const { status, stdout, stderr } = spawnSync(
    resolve("node_modules/.bin/wrangler"),
    [...args, "--dry-run", "--minify", "--outdir", folder],
    { encoding: "utf8", env: { ...process.env, WRANGLER_SEND_METRICS: "false" } },
  );
  if (status !== 0) throw new Error(`wrangler could not build ${configFile}:\n${stdout}${stderr}`);
  const config = readConfig({ config: configFile }, { hideWarnings: true });
  const main = entry ?? config.main ?? "";
  const {
    name = "worker",
    compatibility_date: compatibilityDate = "",
    compatibility_flags: compatibilityFlags,
  } = config;
  return {
    name,
    module: join(folder, `${/([^/]+)\.[jt]s$/.exec(main)?.[1] ?? "index"}.js`),
    compatibilityDate,
    compatibilityFlags,
    vars: textVars(config.vars),
    objects: config.durable_objects.bindings.map((bound: { readonly name: string; readonly class_name: string }) => ({
      binding: bound.name,
      className: bound.class_name,
    })),
    pages: pagesOf(config.assets, dirname(resolve(configFile))),
    leftOut: [...config.ratelimits, ...config.analytics_engine_datasets].map((bound) =>
      "name" in bound ? bound.name : bound.binding,
    ),
  };
}

type Config = ReturnType<typeof readConfig>;

/** Returns all vars as text, which every setting of this project is. */
function textVars(vars: Config["vars"]): Record<string, string> {
  return Object.fromEntries(Object.entries(vars).map(([name, value]) => [name, String(value)]));
}

function pagesOf(assets: Config["assets"], root: string): Pages | null {
  if (assets?.directory === undefined) return null;
  const { directory, binding = null, run_worker_first: first } = assets;
  return { directory: resolve(root, directory), binding, workerFirst: Array.isArray(first) ? first : [] };
}
