// The reference page is served completely by its own host, under the policy of the first page, and has
// all its texts in both languages.
import { readFileSync } from "node:fs";
import { describe, expect, inject, it } from "vitest";
import { at, documentAt, text } from "../support/document.ts";

const server = inject("url");

/** Fetches the page and all files that it and its files import. */
async function parts(): Promise<ReadonlyMap<string, string>> {
  const read = new Map<string, string>();
  const urls = [`${server}/reference/`];
  for (const url of urls) {
    if (read.has(url)) continue;
    const response = await fetch(url);
    expect([url, response.status]).toEqual([url, 200]);
    const text = await response.text();
    read.set(url, text);
    const named = text.matchAll(/(?:src|href|from)(?:=| )"((?:\/|\.\.?\/)[a-z/.]+\.(?:js|css|svg))"/g);
    for (const [, part = ""] of named) urls.push(new URL(part, url).href);
  }
  return read;
}

const page = readFileSync("src/pages/reference/index.html", "utf8");

describe("/reference/", () => {
  it("is served with all its files, under a policy without other hosts", async () => {
    const policy = (await fetch(`${server}/reference/`)).headers.get("Content-Security-Policy");
    expect(policy).toContain("default-src 'none'");
    expect(policy).toContain("require-trusted-types-for 'script'");
    const all = await parts();
    expect(all.size).toBeGreaterThanOrEqual(9);
    for (const text of all.values()) expect(text).not.toMatch(/https?:\/\/(?!www\.w3\.org)|innerHTML|\seval\(/);
  });

  it("has every text of its scripts in both languages", async () => {
    const scripts = [...(await parts())].filter(([url]) => url.includes("/reference/")).map(([, text]) => text);
    const names = scripts.flatMap((text) => [...text.matchAll(/\bt\(\s*"([\w-]+)"/g)].map(([, name]) => name));
    expect(names.length).toBeGreaterThan(15);
    for (const name of names) expect(page).toMatch(new RegExp(`id="word-${name}" data-zh="[^"]*[\\u4e00-\\u9fff]`));
  });

  it("has a text for every term of the documents", async () => {
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
