// Stored publications of a group: the last ones of a stream, the latest of a cache.
import type { Consumer } from "../../consumers/consumer.ts";
import type { Frame } from "../../core/frames.ts";
import { DAY_MS, HISTORY_SIZE, HISTORY_TTL_SECONDS } from "../../core/limits.ts";
import type { Position, Publication, Retention } from "../../core/position.ts";
import { storageKey, type GroupStorage } from "../storage.ts";

/** The group's position, in one row. While a stream's table has publications, the greatest offset there counts. */
interface PositionRow extends Position {
  /** The latest publication of a cache. */
  readonly latest: { readonly frame: string; readonly at: number } | null;
  /** When the position of an empty stream is deleted, in ms. Until then a client learns that it missed nothing. */
  readonly until: number | null;
}

/** Publications that late and returning members can still receive. */
export interface PublicationLog {
  readonly retention: Retention;
  /** Null before the first publication and the first belfry.v1 member. */
  position(): Position | null;
  /** The position, created with a new epoch if necessary, and protected from deletion. */
  ensurePosition(): Position;
  /** The lowest offset of the gapless range that is stored and unexpired. `now` in ms. */
  firstOffset(now: number): number;
  /** Publications with an offset above `after`, oldest first, at most `limit` (null = all). `maxAgeMs` bounds the age of the latest tick. */
  since(after: number, limit: number | null, now: number, maxAgeMs: number): readonly Publication[];
}

const PUBLICATIONS = "(offset INTEGER PRIMARY KEY, at INTEGER NOT NULL, frame TEXT NOT NULL)";
const POSITION = storageKey<PositionRow>("history");
/** Cached value: the greatest offset in the table; null if it is empty. */
const LAST_OFFSET = "last";

export class History implements PublicationLog {
  readonly retention: Retention;
  readonly #storage: GroupStorage;
  readonly #fixedEpoch: string;
  readonly #size: number;
  /** How long a publication is stored, in ms. */
  readonly ttlMs: number;

  /** `fixedEpoch` is the epoch of a group without retention: its position is constant. */
  constructor(storage: GroupStorage, { keeps, history }: Consumer, fixedEpoch: string) {
    this.#storage = storage;
    this.#fixedEpoch = fixedEpoch;
    this.retention = keeps === "stream" || keeps === "cache" ? keeps : "none";
    this.#size = history?.size ?? HISTORY_SIZE;
    this.ttlMs = (history?.ttlSeconds ?? HISTORY_TTL_SECONDS) * 1000;
  }

  position(): Position | null {
    const row = this.#row();
    if (row === undefined) return null;
    return { epoch: row.epoch, offset: Math.max(row.offset, this.#lastOffset() ?? 0) };
  }

  ensurePosition(): Position {
    if (this.retention === "none") return { epoch: this.#fixedEpoch, offset: 0 };
    const row = this.#row();
    if (row === undefined) return this.#save({ epoch: newEpoch(), offset: 0, latest: null, until: null });
    if (row.until !== null) this.#save({ ...row, ...this.position(), until: null });
    return this.position() ?? row;
  }

  /** Stores a publication of a stream and deletes those beyond its size. */
  append(frame: Frame, now: number): Position {
    const { epoch, offset } = this.ensurePosition();
    const next = { epoch, offset: offset + 1 };
    const { sql } = this.#storage;
    this.#storage.createTable("publications", PUBLICATIONS);
    sql.exec("INSERT INTO publications (offset, at, frame) VALUES (?, ?, ?)", next.offset, now, frame);
    this.#storage.setCached(LAST_OFFSET, next.offset);
    if (next.offset > this.#size) sql.exec("DELETE FROM publications WHERE offset <= ?", next.offset - this.#size);
    return next;
  }

  /** Replaces the latest publication of a cache. */
  replace(frame: Frame, now: number): Position {
    const { epoch, offset } = this.ensurePosition();
    return this.#save({ epoch, offset: offset + 1, latest: { frame, at: now }, until: null });
  }

  firstOffset(now: number): number {
    const offset = this.position()?.offset ?? 0;
    if (this.retention !== "stream" || !this.#hasTable()) return offset + 1;
    const [row] = this.#storage.sql.exec<{ first: number | null; expired: number | null }>(
      "SELECT min(offset) AS first, max(iif(at <= ?, offset, NULL)) AS expired FROM publications",
      now - this.ttlMs,
    );
    return Math.max(row?.first ?? offset + 1, (row?.expired ?? 0) + 1);
  }

  since(after: number, limit: number | null, now: number, maxAgeMs: number): readonly Publication[] {
    const row = this.#row();
    if (row === undefined) return [];
    if (this.retention === "cache") {
      const isDue = row.latest !== null && row.offset > after && now - row.latest.at <= maxAgeMs;
      return isDue && row.latest !== null ? [{ offset: row.offset, ...row.latest }] : [];
    }
    if (!this.#hasTable()) return [];
    return this.#storage.sql
      .exec<{ offset: number; at: number; frame: string }>(
        "SELECT offset, at, frame FROM publications WHERE offset >= ? ORDER BY offset LIMIT ?",
        Math.max(after + 1, this.firstOffset(now)),
        limit ?? -1, // -1 = no limit, in SQLite
      )
      .toArray();
  }

  /**
   * Deletes expired publications. Returns the next run (ms), `undefined` if none is needed while
   * members are connected, `null` if the position may be deleted too.
   */
  deleteExpired(now: number, isWatched: boolean): number | null | undefined {
    // One transaction: without it an offset could be lost with its publication and be assigned twice.
    return this.#storage.transaction(() => this.#deleteExpired(now, isWatched));
  }

  #deleteExpired(now: number, isWatched: boolean): number | null | undefined {
    const row = this.#row();
    if (row === undefined) return null;
    const position = this.position() ?? row;
    if (this.#hasTable()) {
      this.#storage.sql.exec("DELETE FROM publications WHERE at <= ?", now - this.ttlMs);
      // The next run is when all have expired, not the oldest: expired ones are never sent, and a
      // busy stream must not wake for each.
      const { latest } = this.#storage.sql
        .exec<{ latest: number | null }>("SELECT max(at) AS latest FROM publications")
        .one();
      if (latest !== null) return latest + this.ttlMs;
      this.#storage.setCached(LAST_OFFSET, null);
    }
    // The position of a cache is deleted after its last member, or after the last idempotency key.
    if (!isWatched && (this.retention === "cache" || (row.until !== null && row.until <= now))) return null;
    const until = isWatched ? null : (row.until ?? now + DAY_MS);
    if (until !== row.until || position.offset !== row.offset) this.#save({ ...row, ...position, until });
    return until ?? undefined;
  }

  #row(): PositionRow | undefined {
    return this.#storage.get(POSITION);
  }

  #save(row: PositionRow): Position {
    this.#storage.put(POSITION, row);
    return { epoch: row.epoch, offset: row.offset };
  }

  #hasTable(): boolean {
    return this.retention === "stream" && this.#storage.hasTable("publications");
  }

  #lastOffset(): number | null {
    if (!this.#hasTable()) return null;
    const read = () =>
      this.#storage.sql.exec<{ last: number | null }>("SELECT max(offset) AS last FROM publications").one().last;
    return this.#storage.cached(LAST_OFFSET, read);
  }
}

const newEpoch = (): string => crypto.randomUUID().slice(0, 8);
