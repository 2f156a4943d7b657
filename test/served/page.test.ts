// The page at `/` is served whole, talks to nobody but its own host, and does not stand in the Worker's way.
import { expect, inject, it } from "vitest";

const server = inject("url");

it("is served with all its parts, under a policy that lets nothing in from outside", async () => {
  const page = await fetch(`${server}/`);
  expect(page.headers.get("Content-Security-Policy")).toContain("default-src 'none'");
  const html = await page.text();
  const parts = [...html.matchAll(/(?:src|href)="(\/?[a-z.]+\.(?:js|css|svg))"/g)].map(([, part = ""]) => part);
  expect(parts).toEqual(
    expect.arrayContaining([expect.stringContaining("index.js"), expect.stringContaining("index.css")]),
  );
  for (const part of parts) expect((await fetch(new URL(part, `${server}/`))).status).toBe(200);
  expect(html).not.toMatch(/https?:\/\/(?!www\.w3\.org)/);
});

it("is only for reading", async () => {
  expect((await fetch(`${server}/`, { method: "POST" })).status).toBe(405);
});
