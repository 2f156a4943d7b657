// Reads the snippets of a page of the docs, by language or by the file name in their first line.
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";

/** The snippets in one language, in the order of the page. */
export const snippetsOf = (page: string, language: string): string[] =>
  [...readFileSync(page, "utf8").matchAll(new RegExp(`^\`\`\`${language}\\n(.*?)^\`\`\``, "gms"))].map(
    ([, code = ""]) => code,
  );

/** The snippets with a file name in a comment on the first line (in PHP on the second). */
export function filesOf(page: string, language: string): Map<string, string> {
  const files = new Map<string, string>();
  for (const code of snippetsOf(page, language)) {
    const [, name] = /^(?:<\?php\n)?(?:\/\/|#|<!--) (\S+\.\w+)(?: -->)?\n/.exec(code) ?? [];
    if (name !== undefined) files.set(name, code);
  }
  return files;
}

/** Writes files into a folder, each at the path that is its name. */
export function unpack(folder: string, files: Iterable<readonly [name: string, text: string]>): void {
  for (const [name, text] of files) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), text);
  }
}
