// A Worker as `wrangler deploy` would send it, and what its wrangler.toml says of it, for a workerd of one's own. Runs nothing.
import { spawnSync } from "node:child_process";
import { dirname, join, resolve } from "node:path";
// `unstable_` is wrangler's word for what may change from version to version; the version here is exact, and the types say if it did.
import { unstable_readConfig as readConfig } from "wrangler";

export interface Built {
  readonly name: string;
  /** The one module there is, minified. */
  readonly module: string;
  readonly compatibilityDate: string;
  readonly compatibilityFlags: readonly string[];
  readonly vars: Readonly<Record<string, string>>;
  readonly objects: readonly { readonly binding: string; readonly className: string }[];
  /** Null for a Worker without pages. */
  readonly pages: Pages | null;
  /** Bindings that Cloudflare has and workerd by itself has not. The Worker has to do without them. */
  readonly leftOut: readonly string[];
}

export interface Pages {
  readonly directory: string;
  readonly binding: string | null;
  /** Paths that the Worker answers though there is a file. */
  readonly workerFirst: readonly string[];
}

/** Builds into `folder`, by the same command as `npm run build`; `entry` stands in for the Worker's `main`. */
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

/** A var is a text here: an object of them is no setting of this project. */
function textVars(vars: Config["vars"]): Record<string, string> {
  return Object.fromEntries(Object.entries(vars).map(([name, value]) => [name, String(value)]));
}

function pagesOf(assets: Config["assets"], root: string): Pages | null {
  if (assets?.directory === undefined) return null;
  const { directory, binding = null, run_worker_first: first } = assets;
  return { directory: resolve(root, directory), binding, workerFirst: Array.isArray(first) ? first : [] };
}
