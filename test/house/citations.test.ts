// Checks that files, test titles and npm scripts that the pages name exist.
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";

const markdown = (folder: string, recursive: boolean): string[] =>
  readdirSync(folder, { recursive, encoding: "utf8" })
    .filter((file) => file.endsWith(".md"))
    .map((file) => join(folder, file));

const pages = [...markdown(".", false), ...markdown("docs", true)];
const textOf = (page: string): string => readFileSync(page, "utf8");

/** The scripts of the project and of the template. */
const scripts = Object.assign(
  {},
  ...["package.json", "template/package.json"].map(
    (file) => (JSON.parse(textOf(file)) as { scripts: Record<string, string> }).scripts, // npm's own format
  ),
) as Record<string, string>; // the union of both

describe.each(pages)("%s", (page) => {
  it("names files and folders that exist", () => {
    const named = [...textOf(page).matchAll(/`((?:src|test|scripts|docs|\.github|fixtures)\/[\w.*/{,}-]*[\w/])`/g)].map(
      ([, path = ""]) => path,
    );
    expect(named.filter((path) => !/[*{<]/.test(path) && !existsSync(path))).toEqual([]);
  });

  it("cites existing test titles", () => {
    const cited = [...textOf(page).matchAll(/`(test\/[\w./-]+\.test\.ts)` › "([^"]+)"/g)];
    const missing = cited.filter(([, file = "", title = ""]) => !existsSync(file) || !textOf(file).includes(title));
    expect(missing.map(([citation]) => citation)).toEqual([]);
  });

  it("names npm scripts that exist", () => {
    const named = [...textOf(page).matchAll(/npm run (?:-s |--silent )?([\w:-]+)/g)].map(([, name = ""]) => name);
    expect(named.filter((name) => !(name in scripts))).toEqual([]);
  });
});
