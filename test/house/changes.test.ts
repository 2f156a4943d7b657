// The changelog and the changesets that are released next. Reads files and runs nothing.
import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";

const read = (file: string): string => readFileSync(file, "utf8");
const { name, version } = JSON.parse(read("package.json")) as { name: string; version: string }; // npm's own format

const changesets = readdirSync(".changeset").filter((file) => file.endsWith(".md") && file !== "README.md");
const CHANGESET = /^---\n"(?<pkg>[^"\n]+)": (?<bump>patch|minor|major)\n---\n\n(?<change>\S[^]*)$/;

const isValid = (text: string): boolean => {
  const { pkg, bump, change } = CHANGESET.exec(text)?.groups ?? {};
  return pkg === name && bump !== "major" && /[.)]$/.test(change?.trim() ?? ""); // no major release before 1.0
};

describe("a changeset", () => {
  it("names the package, the kind of release and the change", () => {
    expect(changesets.filter((file) => !isValid(read(`.changeset/${file}`)))).toEqual([]);
  });

  it.each([
    ["valid", true, '---\n"belfry": minor\n---\n\nOrders have a colour.\n'],
    ["another package", false, '---\n"bellfry": minor\n---\n\nOrders have a colour.\n'],
    ["a major release", false, '---\n"belfry": major\n---\n\nOrders have a colour.\n'],
    ["no text", false, '---\n"belfry": minor\n---\n\n'],
  ])("%s is recognised", (_what, valid, text) => expect(isValid(text)).toBe(valid));
});

describe("the changelog", () => {
  it("begins with the version of package.json", () => {
    expect(/^## (\S+)$/m.exec(read("CHANGELOG.md"))?.[1]).toBe(version);
  });

  it("has no unreleased section: changes wait in .changeset", () => {
    expect(read("CHANGELOG.md")).not.toMatch(/unreleased/i);
  });

  it("describes a version that the template installs", () => {
    const { dependencies } = JSON.parse(read("template/package.json")) as { dependencies: Record<string, string> }; // npm's own format
    expect(dependencies[name]).toBe(`^${version}`);
  });
});
