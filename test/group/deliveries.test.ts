// Rows of deliveries about no order, and their deletion. The test fires the alarm.
import { runInDurableObject } from "cloudflare:test";
import { expect, it } from "vitest";
import { alarmTime, fireAlarm, stopClock, stubOf } from "../support/workerd.ts";

const DAY_MS = 86_400_000;
const group = "callbacks_stripe";

const rowsOf = (table: string): Promise<number> =>
  runInDurableObject(stubOf(group), (_object, { storage }) =>
    Number(storage.sql.exec(`SELECT count(*) AS rows FROM ${table}`).one()["rows"]),
  );

it.each([
  ["with an event id", "evt_1"],
  ["without one", null],
])(
  "a delivery %s that was given up is kept for 90 days, then nothing is left and no alarm is set",
  async (_what, eventId) => {
    stopClock();
    const began = Date.now();
    await stubOf(group).enqueueDelivery({ instance: "stripe", type: "customer.created", eventId, raw: "{}" });
    await runInDurableObject(stubOf(group), (_object, { storage }) =>
      storage.sql.exec("UPDATE outbox SET given_up = 1"),
    );
    while (Date.now() < began + 89 * DAY_MS) expect(await fireAlarm(group)).toBe(true);
    expect(await rowsOf("outbox")).toBe(1);
    expect(await rowsOf("seen")).toBe(eventId === null ? 0 : 1);
    for (let day = 0; day < 3 && (await alarmTime(group)) !== null; day++) await fireAlarm(group);
    expect([await rowsOf("outbox"), await rowsOf("seen"), await alarmTime(group)]).toEqual([0, 0, null]);
  },
);
