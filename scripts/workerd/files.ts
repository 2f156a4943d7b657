// Lists the static files of a Worker with the paths and headers that Cloudflare would serve them
// with.
import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { join, relative } from "node:path";
import type { Pages } from "./build.ts";

/** The response to a path: a file, or a redirect to the file's path. */
export type Answer =
  | { readonly file: string; readonly headers: Readonly<Record<string, string>> }
  | { readonly location: string };

/** Media types by extension. Default: application/octet-stream. */
const TYPES: Readonly<Record<string, string>> = {
  css: "text/css; charset=utf-8",
  html: "text/html; charset=utf-8",
  ico: "image/vnd.microsoft.icon",
  js: "text/javascript; charset=utf-8",
  json: "application/json",
  map: "application/json",
  png: "image/png",
  svg: "image/svg+xml",
  txt: "text/plain; charset=utf-8",
  wasm: "application/wasm",
  webp: "image/webp",
  woff2: "font/woff2",
};

/** The file of header rules, which is not served. */
const RULES = "_headers";

export function filesOf({ directory }: Pages): Record<string, Answer> {
  const files = readdirSync(directory, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name }) => relative(directory, join(parentPath, name)));
  const rules = files.includes(RULES) ? headerRules(readFileSync(join(directory, RULES), "utf8")) : [];
  const answers: Record<string, Answer> = {};
  for (const file of files.filter((file) => file !== RULES)) {
    const path = pathOf(file);
    answers[path] = { file, headers: headersOf(path, file, readFileSync(join(directory, file)), rules) };
    for (const other of redirectsTo(path, file)) answers[other] ??= { location: path };
  }
  return answers;
}

/**
 * Cloudflare's "auto-trailing-slash": `index.html` has the folder's path, other pages drop `.html`.
 */
const pathOf = (file: string): string => `/${file.replace(/(?<=^|\/)index\.html$/, "").replace(/\.html$/, "")}`;

/** Returns the paths that redirect to a page. */
function redirectsTo(path: string, file: string): readonly string[] {
  if (!file.endsWith(".html")) return [];
  return path === "/" ? ["/index.html", "/index"] : [`/${file}`, path.endsWith("/") ? path.slice(0, -1) : `${path}/`];
}

function headersOf(path: string, file: string, bytes: Uint8Array, rules: readonly Rule[]): Record<string, string> {
  const headers: Record<string, string> = {
    "content-type": TYPES[file.split(".").at(-1) ?? ""] ?? "application/octet-stream",
    "cache-control": "public, max-age=0, must-revalidate",
    etag: `"${createHash("sha256").update(bytes).digest("hex").slice(0, 32)}"`,
  };
  for (const { matches, set, unset } of rules) {
    if (!matches(path)) continue;
    for (const name of unset) delete headers[name];
    for (const [name, value] of set) headers[name] = headers[name] === undefined ? value : `${headers[name]}, ${value}`;
  }
  return headers;
}

interface Rule {
  readonly matches: (path: string) => boolean;
  readonly set: readonly (readonly [string, string])[];
  readonly unset: readonly string[];
}

/**
 * Parses rules: a path with at most one `*`, followed by indented lines `Name: value` to set a
 * header or `! Name` to remove one.
 */
function headerRules(text: string): readonly Rule[] {
  const rules: { matches: Rule["matches"]; set: [string, string][]; unset: string[] }[] = [];
  for (const line of text.split("\n").filter((line) => line.trim() !== "" && !line.trimStart().startsWith("#"))) {
    if (!/^\s/.test(line)) {
      const [start = "", end] = line.trim().split("*");
      const matches = (path: string) =>
        end === undefined ? path === start : path.startsWith(start) && path.endsWith(end);
      rules.push({ matches, set: [], unset: [] });
      continue;
    }
    const [, unset, name = "", value = ""] = /^\s+(?:!\s*(\S+)|([^:\s]+):\s*(.*?))\s*$/.exec(line) ?? [];
    if (unset === undefined) rules.at(-1)?.set.push([name.toLowerCase(), value]);
    else rules.at(-1)?.unset.push(unset.toLowerCase());
  }
  return rules;
}
