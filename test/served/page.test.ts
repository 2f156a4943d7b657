// The pages are served completely by their own host, and do not cover routes of the Worker.
import { expect, inject, it } from "vitest";

const server = inject("url");

it("the first page is served with all its files, under a policy without other hosts", async () => {
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

it("every other page and script is served from its own path", async () => {
  for (const path of ["/checkout/", "/monitor/", "/console/", "/client.js", "/monitor/uplot.js"]) {
    const response = await fetch(`${server}${path}`, { redirect: "manual" });
    expect([path, response.status]).toEqual([path, 200]);
    expect(response.headers.get("Content-Security-Policy")).toContain("connect-src 'self'");
  }
});

it("the shop of `npm start` refuses an order without its key", async () => {
  const order = `${server}/shop/orders/0123456789abcdefghijklmnopqrstuv`;
  expect((await fetch(order, { method: "PUT", body: '{"status":"paid"}' })).status).toBe(401);
  expect((await fetch(order)).status).toBe(405);
});

it("the first page refuses POST", async () => {
  expect((await fetch(`${server}/`, { method: "POST" })).status).toBe(405);
});
