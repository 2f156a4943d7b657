// The reference page is served whole, from its own host alone, under the same policy as the first page, and knows every word it says.
import { readFileSync } from "node:fs";
import { describe, expect, inject, it } from "vitest";
import { at, documentAt, text } from "../support/document.ts";

const server = inject("url");

/** The page, and every file that it or one of its files names. */
async function parts(): Promise<ReadonlyMap<string, string>> {
  const read = new Map<string, string>();
  const waiting = [`${server}/reference/`];
  for (const url of waiting) {
    if (read.has(url)) continue;
    const response = await fetch(url);
    expect([url, response.status]).toEqual([url, 200]);
    const text = await response.text();
    read.set(url, text);
    const named = text.matchAll(/(?:src|href|from)(?:=| )"((?:\/|\.\.?\/)[a-z/.]+\.(?:js|css|svg))"/g);
    for (const [, part = ""] of named) waiting.push(new URL(part, url).href);
  }
  return read;
}

const page = readFileSync("src/pages/reference/index.html", "utf8");

describe("/reference/", () => {
  it("is served with all its parts, under a policy that lets nothing in from outside", async () => {
    const policy = (await fetch(`${server}/reference/`)).headers.get("Content-Security-Policy");
    expect(policy).toContain("default-src 'none'");
    expect(policy).toContain("require-trusted-types-for 'script'");
    const all = await parts();
    expect(all.size).toBeGreaterThanOrEqual(9);
    for (const text of all.values()) expect(text).not.toMatch(/https?:\/\/(?!www\.w3\.org)|innerHTML|\seval\(/);
  });

  it("has every word that its scripts say, in both languages", async () => {
    const scripts = [...(await parts())].filter(([url]) => url.includes("/reference/")).map(([, text]) => text);
    const said = scripts.flatMap((text) => [...text.matchAll(/\bword\(\s*"([\w-]+)"/g)].map(([, name]) => name));
    expect(said.length).toBeGreaterThan(15);
    for (const name of said) expect(page).toMatch(new RegExp(`id="word-${name}" data-zh="[^"]*[\\u4e00-\\u9fff]`));
  });

  it("has a word for everything that the documents may name", async () => {
    const openapi = await documentAt(`${server}/openapi.json`);
    const asyncapi = await documentAt(`${server}/asyncapi.json`);
    const tags = openapi.json["tags"];
    const verdicts = Object.values(at(asyncapi.json, "x-close-codes")).map((entry) => text(entry, "client"));
    for (const name of [...(Array.isArray(tags) ? tags.map((tag) => text(tag, "name")) : []), ...verdicts])
      expect(page).toContain(`id="word-${name}"`);
  });

  it("is linked from the first page", async () => {
    expect(await (await fetch(`${server}/`)).text()).toContain(`href="/reference/"`);
  });
});
