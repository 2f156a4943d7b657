// What a group has published, for as long as it keeps it: a stream's last publications, a cache's latest. Sends nothing and arms nothing.
import { DAY_MS, HISTORY_SIZE, HISTORY_TTL_SECONDS } from "../core/limits.ts";
import type { Consumer } from "../consumers/consumer.ts";
import type { Frame } from "../core/frames.ts";
import type { Keeping, Position, Publication } from "../core/position.ts";
import { rowKey, type Rows } from "./rows.ts";

/** Where a group stands, in one row. In a stream with publications in its table, those say how far it has come. */
interface Row extends Position {
  /** A cache's latest. */
  readonly latest: { readonly frame: string; readonly at: number } | null;
  /** Until when the position outlives everything else: a client that comes back knows then that it has missed nothing. */
  readonly until: number | null;
}

/** What is kept for those who come later or come back, whatever it is. */
export interface Kept {
  readonly keeping: Keeping;
  /** Null as long as nothing is kept and nobody counts. */
  position(): Position | null;
  /** The position, from now on: an epoch is drawn where there is none, and one about to be given up stays. */
  begin(): Position;
  /** The offset from which on everything is kept, and young enough to be told. `now` in ms. */
  first(now: number): number;
  /** What is kept behind `after`, oldest first, at most `limit` (null = all). `maxAge` (ms) is how old the latest tick may be. */
  since(after: number, limit: number | null, now: number, maxAge: number): readonly Publication[];
}

const PUBLICATIONS = "(offset INTEGER PRIMARY KEY, at INTEGER NOT NULL, frame TEXT NOT NULL)";
const HISTORY = rowKey<Row>("history");
/** The offset of the last publication in the table; null if it holds none. */
const LAST = "last";

export class History implements Kept {
  readonly keeping: Keeping;
  readonly #rows: Rows;
  readonly #unkept: string;
  readonly #size: number;
  readonly #ttl: number;

  /** `unkept` stands for the epoch of a group that keeps nothing: no position in it ever moves. */
  constructor(rows: Rows, { keeps, history }: Consumer, unkept: string) {
    this.#rows = rows;
    this.#unkept = unkept;
    this.keeping = keeps === "stream" || keeps === "cache" ? keeps : "none";
    this.#size = history?.size ?? HISTORY_SIZE;
    this.#ttl = (history?.ttlSeconds ?? HISTORY_TTL_SECONDS) * 1000;
  }

  position(): Position | null {
    const row = this.#row();
    if (row === undefined) return null;
    return { epoch: row.epoch, offset: Math.max(row.offset, this.#last() ?? 0) };
  }

  begin(): Position {
    if (this.keeping === "none") return { epoch: this.#unkept, offset: 0 };
    const row = this.#row();
    if (row === undefined) return this.#put({ epoch: newEpoch(), offset: 0, latest: null, until: null });
    if (row.until !== null) this.#put({ ...row, ...this.position(), until: null });
    return this.position() ?? row;
  }

  /** Keeps one more publication of a stream; those beyond its size go. */
  append(frame: Frame, now: number): Position {
    const { epoch, offset } = this.begin();
    const next = { epoch, offset: offset + 1 };
    const { sql } = this.#rows;
    this.#rows.makeTable("publications", PUBLICATIONS);
    sql.exec("INSERT INTO publications (offset, at, frame) VALUES (?, ?, ?)", next.offset, now, frame);
    this.#rows.learn(LAST, next.offset);
    if (next.offset > this.#size) sql.exec("DELETE FROM publications WHERE offset <= ?", next.offset - this.#size);
    return next;
  }

  /** Puts a cache's latest in the place of the one before. */
  replace(frame: Frame, now: number): Position {
    const { epoch, offset } = this.begin();
    return this.#put({ epoch, offset: offset + 1, latest: { frame, at: now }, until: null });
  }

  first(now: number): number {
    const offset = this.position()?.offset ?? 0;
    if (this.keeping !== "stream" || !this.#hasTable()) return offset + 1;
    const [row] = this.#rows.sql.exec<{ first: number | null; old: number | null }>(
      "SELECT min(offset) AS first, max(iif(at <= ?, offset, NULL)) AS old FROM publications",
      now - this.#ttl,
    );
    return Math.max(row?.first ?? offset + 1, (row?.old ?? 0) + 1);
  }

  since(after: number, limit: number | null, now: number, maxAge: number): readonly Publication[] {
    const row = this.#row();
    if (row === undefined) return [];
    if (this.keeping === "cache") {
      const isDue = row.latest !== null && row.offset > after && now - row.latest.at <= maxAge;
      return isDue && row.latest !== null ? [{ offset: row.offset, ...row.latest }] : [];
    }
    if (!this.#hasTable()) return [];
    return this.#rows.sql
      .exec<{ offset: number; at: number; frame: string }>(
        "SELECT offset, at, frame FROM publications WHERE offset >= ? ORDER BY offset LIMIT ?",
        Math.max(after + 1, this.first(now)),
        limit ?? -1, // SQLite's word for no limit
      )
      .toArray();
  }

  /**
   * Gives up what is too old. When to look again, in ms; undefined if there is nothing to give up, while somebody is there to count on;
   * null if not even the position is worth keeping any more.
   */
  forget(now: number, isWatched: boolean): number | null | undefined {
    // Together or not at all: an offset that went with its publication would be counted twice.
    return this.#rows.transaction(() => this.#forget(now, isWatched));
  }

  #forget(now: number, isWatched: boolean): number | null | undefined {
    const row = this.#row();
    if (row === undefined) return null;
    const position = this.position() ?? row;
    if (this.#hasTable()) {
      this.#rows.sql.exec("DELETE FROM publications WHERE at <= ?", now - this.#ttl);
      // Not when the oldest is too old, but when all are: nobody is told one that is, and a busy stream must not wake for each.
      const { latest } = this.#rows.sql
        .exec<{ latest: number | null }>("SELECT max(at) AS latest FROM publications")
        .one();
      if (latest !== null) return latest + this.#ttl;
      this.#rows.learn(LAST, null);
    }
    // A cache's goes with its last member, or with the keys that outlived it.
    if (!isWatched && (this.keeping === "cache" || (row.until !== null && row.until <= now))) return null;
    const until = isWatched ? null : (row.until ?? now + DAY_MS);
    if (until !== row.until || position.offset !== row.offset) this.#put({ ...row, ...position, until });
    return until ?? undefined;
  }

  /** How long a publication is kept, in ms. */
  get ttl(): number {
    return this.#ttl;
  }

  #row(): Row | undefined {
    return this.#rows.get(HISTORY);
  }

  #put(row: Row): Position {
    this.#rows.put(HISTORY, row);
    return { epoch: row.epoch, offset: row.offset };
  }

  #hasTable(): boolean {
    return this.keeping === "stream" && this.#rows.hasTable("publications");
  }

  #last(): number | null {
    if (!this.#hasTable()) return null;
    const read = () =>
      this.#rows.sql.exec<{ last: number | null }>("SELECT max(offset) AS last FROM publications").one().last;
    return this.#rows.known(LAST, read);
  }
}

const newEpoch = (): string => crypto.randomUUID().slice(0, 8);
