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

it("every other page is served too, with its parts, in a folder of its own", async () => {
  for (const path of ["/checkout/", "/monitor/", "/console/", "/client.js", "/monitor/uplot.js"]) {
    const response = await fetch(`${server}${path}`, { redirect: "manual" });
    expect([path, response.status]).toEqual([path, 200]);
    expect(response.headers.get("Content-Security-Policy")).toContain("connect-src 'self'");
  }
});

it("the shop of `npm start` takes an order from nobody without its key", async () => {
  const order = `${server}/shop/orders/0123456789abcdefghijklmnopqrstuv`;
  expect((await fetch(order, { method: "PUT", body: '{"status":"paid"}' })).status).toBe(401);
  expect((await fetch(order)).status).toBe(405);
});

it("is only for reading", async () => {
  expect((await fetch(`${server}/`, { method: "POST" })).status).toBe(405);
});
