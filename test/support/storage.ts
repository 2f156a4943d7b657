// Counts the rows that an object writes and how often its alarm is set. Stored data is not changed.
//
// The runtime reports the rows of an SQL statement in `cursor.rowsWritten`. The other counts are
// assumptions: `setAlarm`, `deleteAlarm`, `kv.put`, `kv.delete` and `deleteAll` write one row each
// (for `setAlarm` the price list states so), and creating the platform's own tables is free.
// The counts are not compared with Cloudflare's bills.
import { runInDurableObject } from "cloudflare:test";
import { stubOf } from "./workerd.ts";

export interface Writes {
  /** Rows written, as reported by the runtime or assumed above. Setting the alarm counts as one. */
  rows: number;
  /** How often the alarm was set. */
  alarms: number;
}

/** Wakes the object and counts from now on. An eviction ends the count. */
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
      return cursor as never; // exec is generic over the row; the cursor is passed on unchanged
    };
  });
  return writes;
}

/** The tables of an object, without the platform's own. */
export const tablesOf = (group: string): Promise<string[]> =>
  runInDurableObject(stubOf(group), (_object, { storage }) =>
    [...storage.sql.exec<{ name: string }>("SELECT name FROM sqlite_master WHERE type = 'table'")]
      .map(({ name }) => name)
      .filter((name) => !name.startsWith("_")),
  );

/** The key-value rows of an object. */
export const storedRows = (group: string): Promise<Record<string, unknown>> =>
  runInDurableObject(stubOf(group), (_object, { storage }) => Object.fromEntries(storage.kv.list()));
