// The second article, first half: all members of a group receive the same push at the same time.
import { expect } from "vitest";
import { alarmTime, connect, getGroup, sendMarker, newAlarmGroup, fireAlarm, type Page } from "../support/workerd.ts";
import { walk } from "./journey.ts";

const PERIOD = 60_000;

interface World {
  readonly path: string;
  readonly group: string;
  readonly pages: Record<string, Page>;
  /** Due time of the first push. */
  start: number;
}

const page = ({ pages }: World, name: string): Page => pages[name] ?? expect.fail(`no page ${name}`);

const isResult = { type: "result", data: expect.stringMatching(/^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d$/) };

walk<World>("the alarm group", {
  begin: () => ({ ...newAlarmGroup(), pages: {}, start: 0 }),
  groups: ({ group }) => [group],
  steps: {
    "the first member receives a push at once": async (world) => {
      world.pages["first"] = await connect(world.path);
      world.start = (await alarmTime(world.group)) ?? expect.fail("no alarm");
      expect(world.start).toBe(Date.now() + 1);
      expect(await fireAlarm(world.group)).toBe(true);
      expect(await page(world, "first").nextJson()).toEqual({ type: "result", data: "2100-01-01 00:00:00" });
    },
    "the next push is due one period after the first": async (world) => {
      expect(await alarmTime(world.group)).toBe(world.start + PERIOD);
    },
    "a later member receives no push at once": async (world) => {
      world.pages["second"] = await connect(world.path);
      const marker = await sendMarker(world.group);
      expect(await page(world, "second").next()).toBe(marker);
      expect(await page(world, "first").next()).toBe(marker);
      expect(await alarmTime(world.group)).toBe(world.start + PERIOD);
    },
    "a tick sends the same frame to both members": async (world) => {
      expect(await fireAlarm(world.group)).toBe(true);
      const frame = await page(world, "first").nextJson();
      expect(frame).toEqual({ type: "result", data: "2100-01-01 00:01:00" });
      expect(await page(world, "second").nextJson()).toEqual(frame);
    },
    "messages of members are ignored": async (world) => {
      page(world, "first").send("ping");
      page(world, "first").send("{not json");
      page(world, "first").send(new Uint8Array([1, 2, 3]).buffer);
      const marker = await sendMarker(world.group);
      expect(await page(world, "first").next()).toBe(marker);
      expect(await page(world, "second").next()).toBe(marker);
    },
    "one member leaves and the other's ticks continue": async (world) => {
      expect(await page(world, "first").leave()).toEqual({ code: 1000, reason: "" });
      expect(await alarmTime(world.group)).toBe(world.start + 2 * PERIOD);
      expect(await fireAlarm(world.group)).toBe(true);
      expect(await page(world, "second").nextJson()).toEqual(isResult);
    },
    "the last member leaves and the alarm is deleted": async (world) => {
      expect(await page(world, "second").leave(4001)).toEqual({ code: 1000, reason: "" });
      expect(await getGroup(world.group)).toMatchObject({ connections: 0, next_push: null });
      expect(await fireAlarm(world.group)).toBe(false);
    },
    "a new first member starts a new series of ticks": async (world) => {
      world.pages["third"] = await connect(world.path);
      expect(await alarmTime(world.group)).toBe(Date.now() + 1);
      expect(await fireAlarm(world.group)).toBe(true);
      expect(await page(world, "third").nextJson()).toEqual(isResult);
    },
  },
});
