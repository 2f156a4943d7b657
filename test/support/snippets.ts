// The snippets of a page of the docs, by language, or by the file that their first lines name. Runs none of them.
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";

/** The snippets in one language, in the order of the page. */
export const snippetsOf = (page: string, language: string): string[] =>
  [...readFileSync(page, "utf8").matchAll(new RegExp(`^\`\`\`${language}\\n(.*?)^\`\`\``, "gms"))].map(
    ([, code = ""]) => code,
  );

/** Those that say in a comment on their first line which file they are (in PHP on the second). */
export function filesOf(page: string, language: string): Map<string, string> {
  const files = new Map<string, string>();
  for (const code of snippetsOf(page, language)) {
    const [, name] = /^(?:<\?php\n)?(?:\/\/|#|<!--) (\S+\.\w+)(?: -->)?\n/.exec(code) ?? [];
    if (name !== undefined) files.set(name, code);
  }
  return files;
}

/** Puts files into a folder, each where its name says. */
export function unpack(folder: string, files: Iterable<readonly [name: string, text: string]>): void {
  for (const [name, text] of files) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), text);
  }
}
