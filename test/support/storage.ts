// Counts what an object writes: rows as the platform bills them, and how often its alarm is set. Changes nothing that is stored.
import { runInDurableObject } from "cloudflare:test";
import { stubOf } from "./workerd.ts";

export interface Writes {
  /** Rows written, an alarm set among them: setting one writes one row. */
  rows: number;
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
