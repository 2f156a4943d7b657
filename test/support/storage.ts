// Counts what an object writes: rows, and how often its alarm is set. Changes nothing that is stored.
//
// Read from the runtime: what `cursor.rowsWritten` says of each SQL statement. Assumed, because the runtime tells nowhere: that
// `setAlarm`, `deleteAlarm`, one `kv.put`, one `kv.delete` and one `deleteAll` write one row each (for `setAlarm` the price list says
// so), and that making the platform's own tables at an object's first write costs none. What Cloudflare bills was not looked at.
import { runInDurableObject } from "cloudflare:test";
import { stubOf } from "./workerd.ts";

export interface Writes {
  /** Rows written, in so far as the runtime tells them; the rest by the assumptions above. An alarm set is one of them. */
  rows: number;
  /** How often the alarm was set. */
  alarms: number;
}

/** Counts from now on, in the object as it runs now: an eviction ends the count. Wakes the object. */
export async function countWrites(group: string): Promise<Writes> {
  const writes: Writes = { rows: 0, alarms: 0 };
  await runInDurableObject(stubOf(group), (_object, { storage }) => {
    const { kv, sql } = storage;
    const [setAlarm, deleteAlarm] = [storage.setAlarm.bind(storage), storage.deleteAlarm.bind(storage)];
    const deleteAll = storage.deleteAll.bind(storage);
    const [put, remove, exec] = [kv.put.bind(kv), kv.delete.bind(kv), sql.exec.bind(sql)];
    storage.setAlarm = (...args) => {
      writes.rows += 1;
      writes.alarms += 1;
      return setAlarm(...args);
    };
    storage.deleteAlarm = (...args) => {
      writes.rows += 1;
      return deleteAlarm(...args);
    };
    storage.deleteAll = (...args) => {
      writes.rows += 1;
      return deleteAll(...args);
    };
    kv.put = (key, value) => {
      writes.rows += 1;
      put(key, value);
    };
    kv.delete = (key) => {
      writes.rows += 1;
      return remove(key);
    };
    sql.exec = (query, ...bindings) => {
      const cursor = exec(query, ...bindings);
      writes.rows += cursor.rowsWritten;
      return cursor as never; // exec is generic over the row; the cursor is handed on as it came
    };
  });
  return writes;
}

/** The tables an object has made, the platform's own left out. */
export const tablesOf = (group: string): Promise<string[]> =>
  runInDurableObject(stubOf(group), (_object, { storage }) =>
    [...storage.sql.exec<{ name: string }>("SELECT name FROM sqlite_master WHERE type = 'table'")]
      .map(({ name }) => name)
      .filter((name) => !name.startsWith("_")),
  );

/** The rows an object has stored under a key, its tables left out. */
export const storedRows = (group: string): Promise<Record<string, unknown>> =>
  runInDurableObject(stubOf(group), (_object, { storage }) => Object.fromEntries(storage.kv.list()));
