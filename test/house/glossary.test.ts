// Names that docs/glossary.md lists as replaced are absent from code and pages. Reads files and runs nothing.
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";

const glossary = readFileSync("docs/glossary.md", "utf8");
const [, table = ""] = /^## Names that were replaced$(.*)/ms.exec(glossary) ?? [];
/** The names in the left column. */
const replaced = [...table.matchAll(/^\| ([^|]*)\|/gm)].flatMap(([, cell = ""]) =>
  [...cell.matchAll(/`(\w+)`/g)].map(([, name = ""]) => name),
);

const filesIn = (folder: string, ending: RegExp): string[] =>
  readdirSync(folder, { recursive: true, encoding: "utf8" })
    .map((file) => join(folder, file))
    .filter((file) => ending.test(file) && !file.includes("node_modules"));

const CODE = /\.(ts|tsx|js|mjs)$/;
const BUILT = /src\/pages\/(client\.js|monitor\/uplot\.)/;
const code = ["src", "api", "scripts", "template", "test"]
  .flatMap((folder) => filesIn(folder, CODE))
  .filter((file) => !BUILT.test(file));
const pages = filesIn("docs", /\.md$/).filter((page) => page !== "docs/glossary.md");

/** Comments are left out: there "Ticks" may begin a sentence. */
const withoutComments = (text: string): string => text.replaceAll(/\/\*.*?\*\/|(?<!:)\/\/[^\n]*/gs, "");
const codeOf = new Map(code.map((file) => [file, withoutComments(readFileSync(file, "utf8"))]));
const textOf = new Map(pages.map((page) => [page, readFileSync(page, "utf8")]));

const filesWith = (texts: ReadonlyMap<string, string>, pattern: RegExp): string[] =>
  [...texts].filter(([, text]) => pattern.test(text)).map(([file]) => file);

/** Each row's names that stand now. */
const present = [...table.matchAll(/^\| `[^|]*\|([^|]*)\|/gm)].flatMap(([, cell = ""]) =>
  [...cell.matchAll(/`(\w+)`/g)].map(([, name = ""]) => name),
);

it.each([...new Set(present)])("%s, which stands for an earlier name, is in the code", (name) => {
  expect(filesWith(codeOf, new RegExp(`\\b${name}\\b`))).not.toEqual([]);
});

describe("a replaced name", () => {
  it("is listed", () => expect(replaced.length).toBeGreaterThan(30));

  it.each(replaced)("%s is absent from code", (name) => {
    expect(filesWith(codeOf, new RegExp(`\\b${name}\\b`))).toEqual([]);
  });

  it.each(replaced)("%s is absent from the pages' code", (name) => {
    expect(filesWith(textOf, new RegExp(`\`[^\`\\n]*\\b${name}\\b[^\`\\n]*\``))).toEqual([]);
  });
});
