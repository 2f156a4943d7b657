// The configuration that workerd reads, as text of Cap'n Proto: a Worker, its objects on disk, its static files. Runs nothing.
import { mkdirSync, writeFileSync, copyFileSync } from "node:fs";
import { join, resolve } from "node:path";
import type { Built } from "./build.ts";
import { filesOf } from "./files.ts";

export interface Place {
  /** For the configuration and the modules; workerd reads it as it starts. */
  readonly folder: string;
  /** Where the objects are kept. */
  readonly data: string;
  /** `host:port`; port 0 is one that is free. */
  readonly address: string;
  /** Names of environment variables that are bindings: secrets, which no file should hold. */
  readonly secrets: readonly string[];
}

/** The environment variable that holds the secret `name`: workerd's environment holds more than bindings. */
export const variableOf = (name: string): string => `BINDING_${name}`;

/** Writes what workerd needs; the file to start it with. */
export function writeConfig(built: Built, { folder, data, address, secrets }: Place): string {
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

/** The first one is where requests come in. */
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

/** A literal: JSON's, but for the escape of what cannot be seen. */
const text = (value: string): string => JSON.stringify(value).replaceAll(/\\u00([0-9a-f]{2})/g, "\\x$1");
