// The shops of docs/examples.md, one per framework: their files, the shop's own part from the folders of shops/, and what runs them. Tests nothing.
import { execFile, execFileSync } from "node:child_process";
import { cpSync, mkdtempSync, rmSync } from "node:fs";
import { join, resolve } from "node:path";
import { promisify } from "node:util";
import { onTestFinished } from "vitest";
import { filesOf, unpack } from "./snippets.ts";

const PAGE = "docs/examples.md";
const run = promisify(execFile);

/** What became of a request to the shop. */
export interface Answered {
  readonly status: number;
  readonly body: string;
  /** What it has settled: each the webhook's id, and the event's type. */
  readonly settled: readonly (readonly [id: string, type: string])[];
}

export interface Shop {
  readonly framework: string;
  /** Whether this machine has what it needs; why not. */
  readonly missing: string | null;
  /** Makes the request: to register an order, that one was paid, that an article is there, for a token, with a webhook. */
  readonly ask: (what: "order" | "paid" | "article" | "token" | "webhook", input: object) => Promise<Answered>;
}

interface Kind {
  /** In lower case the name of its folder in shops/. */
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
    env: { GOTOOLCHAIN: "local", GOFLAGS: "-mod=mod", GOPROXY: "off" }, // the standard library is all it needs
  },
];

/** Each shop, asking the Worker at `url`. */
export const shopsAt = (url: () => string, secrets: Readonly<Record<string, string>>): Shop[] =>
  kinds.map((kind) => ({
    framework: kind.framework,
    missing: isInstalled(kind.needs) ? null : `${kind.needs} is not installed`,
    ask: async (what, input) => {
      const [command = "", ...args] = kind.command;
      const { stdout } = await run(command, [...args, what, JSON.stringify(input)], {
        cwd: set(kind),
        env: { ...process.env, ...secrets, ...kind.env, BELFRY_URL: url() },
      });
      return JSON.parse(stdout) as Answered; // run.* prints one
    },
  }));

/** A folder with the shop in it, for as long as the test runs; inside the project, where Node finds the packages. */
function set({ framework, language, files }: Kind): string {
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
