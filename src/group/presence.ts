// Who comes and who goes, told to the members in belfry.v1 where the consumer asks for it. Decides nothing: core/presence.ts does.
import { presenceFrame, type Who } from "../core/frames.ts";
import { dueLeaves, join, leave, nextLeaveAt, type Gone } from "../core/presence.ts";
import { whoIs } from "./attachment.ts";
import type { Connection, Connections } from "./connections.ts";
import { countsOf } from "./list.ts";
import { rowKey, type Rows } from "./rows.ts";

const GONE = rowKey<readonly Gone[]>("gone");

export class Presence {
  readonly #connections: Connections;
  readonly #rows: Rows;
  readonly #isOn: boolean;

  constructor(connections: Connections, rows: Rows, isOn: boolean) {
    this.#connections = connections;
    this.#rows = rows;
    this.#isOn = isOn;
  }

  /** A connection has come, and is a member by now. */
  came(connection: Connection): void {
    if (!this.#isOn) return;
    const others = [...this.#connections.of("v1")].filter((other) => other !== connection);
    const before = this.#gone();
    // Whoever was awaited when all connections were lost at once (a deployment) is awaited by nobody any more.
    if (others.length === 0) return this.#keep(before, []);
    const who = whoIs(connection);
    const { gone, announce } = join(before, who, this.#isHere(who, connection));
    this.#keep(before, gone);
    if (announce) this.#connections.send(others, presenceFrame("join", who, countsOf(this.#connections)));
  }

  /** A connection has gone, and is no member any more. */
  went(connection: Connection, now: number): void {
    if (!this.#isOn) return;
    const before = this.#gone();
    const isWatched = this.#connections.of("v1").size > 0;
    const who = whoIs(connection);
    this.#keep(before, isWatched ? leave(before, who, this.#isHere(who, connection), now) : []);
  }

  /** Tells of those who have not come back. */
  tell(now: number): void {
    const before = this.#gone();
    const { left, gone } = dueLeaves(before, now);
    this.#keep(before, gone);
    if (left.length === 0) return;
    // Once for all of them: a crowd that leaves together would otherwise have every connection looked at for each.
    const [watchers, counts] = [this.#connections.of("v1"), countsOf(this.#connections)];
    for (const who of left) this.#connections.send(watchers, presenceFrame("leave", who, counts));
  }

  /** When there is somebody to be told of, in ms. */
  get due(): number | undefined {
    return this.#isOn ? nextLeaveAt(this.#gone()) : undefined;
  }

  #isHere({ sub }: Who, except: Connection): boolean {
    return sub !== null && this.#connections.ofSub(sub).some((other) => other !== except);
  }

  #gone(): readonly Gone[] {
    return this.#rows.get(GONE) ?? [];
  }

  #keep(before: readonly Gone[], gone: readonly Gone[]): void {
    if (gone === before || (gone.length === 0 && before.length === 0)) return;
    if (gone.length === 0) this.#rows.delete(GONE);
    else this.#rows.put(GONE, gone);
  }
}
