// Connections of one address to one group: bounded without a token, by the kind of group.
import { describe, expect, it } from "vitest";
import { ADMISSION_HEADER, anybody, encodeAdmission, type Member } from "../../src/core/admission.ts";
import { evict, join, newBiz, newFeed, Page, stubOf } from "../support/workerd.ts";

/** The status and body of a handshake as the Worker forwards it. */
async function arrive(group: string, member: Partial<Member>): Promise<Page | string> {
  const admission = { mode: "v1", member: { ...anybody, ...member }, position: null } as const;
  const headers = { Upgrade: "websocket", [ADMISSION_HEADER]: encodeAdmission(admission) };
  const response = await stubOf(group).fetch("https://group/", { headers });
  return response.webSocket === null ? response.text() : new Page(response.webSocket);
}

async function fill(group: string, address: string, count: number): Promise<Page[]> {
  const pages: Page[] = [];
  for (let i = 0; i < count; i++) {
    const page = await arrive(group, { address });
    pages.push(page instanceof Page ? page : expect.fail(page));
  }
  return pages;
}

describe("one address", () => {
  it("has fifty connections to an order, and the others none the fewer", async () => {
    const group = `order_${newBiz()}`;
    const [first] = await fill(group, "192.0.2.1", 50);
    expect(await arrive(group, { address: "192.0.2.1" })).toBe("address_full");
    expect(await arrive(group, { address: "192.0.2.2" })).toBeInstanceOf(Page);
    expect(await arrive(group, { address: null })).toBeInstanceOf(Page);
    await first?.leave();
    expect(await arrive(group, { address: "192.0.2.1" })).toBeInstanceOf(Page);
    expect(await arrive(group, { address: "192.0.2.1" })).toBe("address_full");
  });

  it("is counted again after the object has slept", async () => {
    const group = `order_${newBiz()}`;
    await fill(group, "192.0.2.1", 50);
    await evict(group);
    expect(await arrive(group, { address: "192.0.2.1" })).toBe("address_full");
  });

  it("has five hundred to any other group", async () => {
    const { group } = newFeed();
    await fill(group, "192.0.2.1", 500);
    expect(await arrive(group, { address: "192.0.2.1" })).toBe("address_full");
    await join(group, { sub: "ann" });
  });
});
