// Writes workerd's configuration as Cap'n Proto text: a Worker, its objects on disk and its static
// files.
import { mkdirSync, writeFileSync, copyFileSync } from "node:fs";
import { join, resolve } from "node:path";
import type { Built } from "./build.ts";
import { filesOf } from "./files.ts";

export interface ServeTarget {
  /** Folder of the configuration and modules, which workerd reads on start. */
  readonly folder: string;
  /** Folder of the Durable Objects' storage. */
  readonly data: string;
  /** `host:port`; port 0 selects a free port. */
  readonly address: string;
  /** Names of secrets, passed as environment variables to keep them out of files. */
  readonly secrets: readonly string[];
}

/**
 * Returns the environment variable of a secret. The prefix avoids collisions with other variables.
 */
export const variableOf = (name: string): string => `BINDING_${name}`;

/** Writes the configuration and modules. Returns the path of the configuration. */
export function writeConfig(built: Built, { folder, data, address, secrets }: ServeTarget): string {
  mkdirSync(folder, { recursive: true });
  mkdirSync(data, { recursive: true });
  copyFileSync(built.module, join(folder, "worker.js"));
  if (built.pages !== null) {
    copyFileSync("scripts/workerd/door.js", join(folder, "door.js"));
    const { workerFirst } = built.pages;
    writeFileSync(join(folder, "files.json"), JSON.stringify({ answers: filesOf(built.pages), workerFirst }));
  }
  const file = join(folder, "workerd.capnp");
  writeFileSync(file, configText(built, data, address, secrets));
  return file;
}

function configText(built: Built, data: string, address: string, secrets: readonly string[]): string {
  const services = [
    '(name = "worker", worker = .worker)',
    `(name = "data", disk = (path = ${text(resolve(data))}, writable = true))`,
    '(name = "internet", network = (allow = ["public", "private"], tlsOptions = (trustBrowserCas = true)))',
  ];
  if (built.pages !== null) services.push(`(name = "files", disk = (path = ${text(built.pages.directory)}))`);
  return `using Workerd = import "/workerd/workerd.capnp";

const config :Workerd.Config = (
  services = ${list(services)},
  sockets = [(name = "http", address = ${text(address)}, http = (), service = "worker")],
);

const worker :Workerd.Worker = (
  modules = ${list(modulesOf(built))},
  compatibilityDate = ${text(built.compatibilityDate)},
  compatibilityFlags = ${list(built.compatibilityFlags.map(text))},
  bindings = ${list(bindingsOf(built, secrets))},
  durableObjectNamespaces = ${list(
    built.objects.map(
      ({ className }) =>
        `(className = ${text(className)}, uniqueKey = ${text(`${built.name}-${className}`)}, enableSql = true)`,
    ),
  )},
  durableObjectStorage = (localDisk = "data"),
);
`;
}

/** Returns the modules. The first one receives requests. */
function modulesOf({ pages }: Built): readonly string[] {
  const worker = '(name = "worker.js", esModule = embed "worker.js")';
  if (pages === null) return [worker];
  return ['(name = "door.js", esModule = embed "door.js")', worker, '(name = "files.json", json = embed "files.json")'];
}

function bindingsOf({ vars, objects, pages }: Built, secrets: readonly string[]): readonly string[] {
  const bindings = Object.entries(vars)
    .filter(([name]) => !secrets.includes(name))
    .map(([name, value]) => `(name = ${text(name)}, text = ${text(value)})`);
  for (const name of secrets) bindings.push(`(name = ${text(name)}, fromEnvironment = ${text(variableOf(name))})`);
  for (const { binding, className } of objects)
    bindings.push(`(name = ${text(binding)}, durableObjectNamespace = ${text(className)})`);
  if (pages === null) return bindings;
  bindings.push('(name = "FOLDER_OF_FILES", service = "files")');
  if (pages.binding !== null)
    bindings.push(`(name = ${text(pages.binding)}, service = (name = "worker", entrypoint = "Files"))`);
  return bindings;
}

const list = (items: readonly string[]): string => `[${items.map((item) => `\n    ${item},`).join("")}\n  ]`;

/** Formats a text literal: JSON with `\x` escapes of control characters. */
const text = (value: string): string => JSON.stringify(value).replaceAll(/\\u00([0-9a-f]{2})/g, "\\x$1");
