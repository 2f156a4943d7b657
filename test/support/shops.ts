// Runs the shops of docs/examples.md, one per framework. Each consists of the page's snippets and a
// folder of shops/.
import { execFile, execFileSync } from "node:child_process";
import { cpSync, mkdtempSync, rmSync } from "node:fs";
import { join, resolve } from "node:path";
import { promisify } from "node:util";
import { onTestFinished } from "vitest";
import { filesOf, unpack } from "./snippets.ts";

const PAGE = "docs/examples.md";
const run = promisify(execFile);

/** The shop's response to a request. */
export interface ShopResponse {
  readonly status: number;
  readonly body: string;
  /** The forwards that the shop has settled: webhook id and event type of each. */
  readonly settled: readonly (readonly [id: string, type: string])[];
}

export interface Shop {
  readonly framework: string;
  /** The missing program; null if the shop can run on this machine. */
  readonly missing: string | null;
  /** Sends one request: registers an order, reports a payment or an article, requests a token, or delivers a webhook. */
  readonly send: (action: "order" | "paid" | "article" | "token" | "webhook", input: object) => Promise<ShopResponse>;
}

interface Kind {
  /** In lower case, the name of the folder in shops/. */
  readonly framework: string;
  readonly language: string;
  readonly files: readonly string[];
  readonly needs: string;
  readonly command: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
}

const kinds: readonly Kind[] = [
  {
    framework: "Django",
    language: "python",
    files: ["shop/belfry.py", "shop/views.py"],
    needs: "python3",
    command: ["python3", "-B", "run.py"],
  },
  {
    framework: "Express",
    language: "js",
    files: ["belfry.js", "app.js"],
    needs: "node",
    command: ["node", "run.mjs"],
  },
  {
    framework: "Laravel",
    language: "php",
    files: ["app/Services/Belfry.php", "app/Http/Controllers/ShopController.php"],
    needs: "php",
    command: ["php", "run.php"],
  },
  {
    framework: "Go",
    language: "go",
    files: ["belfry/belfry.go", "shop.go"],
    needs: "go",
    command: ["go", "run", "."],
    env: { GOTOOLCHAIN: "local", GOFLAGS: "-mod=mod", GOPROXY: "off" }, // the shop uses the standard library only
  },
];

/** All shops, as backends of the Worker at `url`. */
export const shopsAt = (url: () => string, secrets: Readonly<Record<string, string>>): Shop[] =>
  kinds.map((kind) => ({
    framework: kind.framework,
    missing: isInstalled(kind.needs) ? null : `${kind.needs} is not installed`,
    send: async (action, input) => {
      const [command = "", ...args] = kind.command;
      const { stdout } = await run(command, [...args, action, JSON.stringify(input)], {
        cwd: createShop(kind),
        env: { ...process.env, ...secrets, ...kind.env, BELFRY_URL: url() },
      });
      return JSON.parse(stdout) as ShopResponse; // printed by run.*
    },
  }));

/** Creates a folder with the shop for this test. It is inside the project, where Node resolves packages. */
function createShop({ framework, language, files }: Kind): string {
  const folder = mkdtempSync(resolve("test/.readme-shop-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const written = filesOf(PAGE, language);
  unpack(
    folder,
    files.map((name) => [name, written.get(name) ?? ""]),
  );
  cpSync(join("test/support/shops", framework.toLowerCase()), folder, { recursive: true });
  return folder;
}

export function isInstalled(command: string): boolean {
  try {
    execFileSync("sh", ["-c", `command -v ${command}`]);
    return true;
  } catch {
    return false;
  }
}
