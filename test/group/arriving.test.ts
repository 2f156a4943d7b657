// Frames sent in the same event-loop turn as a join arrive after the welcome, in order, and before a close.
import { runInDurableObject } from "cloudflare:test";
import { expect, it } from "vitest";
import { ADMISSION_HEADER, anybody, encodeAdmission } from "../../src/core/admission.ts";
import { encode } from "../../src/core/frames.ts";
import type { Group } from "../../src/group/group.ts";
import { newFeed, stubOf } from "../support/workerd.ts";

/** Joins, runs `act` on the group before the first frame can be sent, and closes the connection. Returns all frames received. */
const joinAnd = (act: (object: Group) => void): Promise<readonly unknown[]> =>
  runInDurableObject(stubOf(newFeed().group), async (object: Group) => {
    const admission = encodeAdmission({ mode: "v1", member: anybody, position: null });
    const joining = object.fetch(new Request("https://group/", { headers: { [ADMISSION_HEADER]: admission } }));
    const { webSocket } = await joining;
    if (webSocket === null) throw new Error("nobody was let in");
    const [{ id } = { id: "" }] = object.connections("", 1).listed;
    const got: unknown[] = [];
    const closed = new Promise<void>((resolve) => {
      webSocket.addEventListener("message", ({ data }) => got.push(JSON.parse(String(data))));
      webSocket.addEventListener("close", ({ reason }) => resolve(void got.push(reason)));
    });
    webSocket.accept();
    act(object);
    await object.disconnect(id);
    await closed;
    return got;
  });

const say = (data: string) =>
  ({ frame: encode(data), to: { kind: "group" }, exclude: null, idempotency: null }) as const;

it("a connection that is closed at once receives its welcome first", async () => {
  expect(await joinAnd(() => undefined)).toMatchObject([{ type: "welcome" }, "disconnected"]);
});

it("a publication arrives once, after the welcome", async () => {
  const got = await joinAnd((object) => void object.send(say("hello")));
  expect(got).toMatchObject([{ type: "welcome", offset: 0 }, { offset: 1, data: "hello" }, "disconnected"]);
});
