// Who comes and who goes, told to the members in belfry.v1 where the consumer asks for it. Decides nothing: core/presence.ts does.
import { presenceFrame, type Who } from "../core/frames.ts";
import { join, leave, nextToTell, toTell, type Gone } from "../core/presence.ts";
import { connectionsOf, openConnections, sendTo, whoIs, type Connection } from "./connections.ts";
import { countsOf } from "./list.ts";

const GONE = "gone";

export class Presence {
  readonly #ctx: DurableObjectState;
  readonly #isOn: boolean;

  constructor(ctx: DurableObjectState, isOn: boolean) {
    this.#ctx = ctx;
    this.#isOn = isOn;
  }

  /** A connection has come, and is a member by now. */
  came(connection: Connection): void {
    if (!this.#isOn) return;
    const others = this.#watchers().filter((other) => other !== connection);
    const before = this.#gone();
    // Whoever was awaited when all connections were lost at once (a deployment) is awaited by nobody any more.
    if (others.length === 0) return this.#keep(before, []);
    const who = whoIs(connection);
    const { gone, tell } = join(before, who, this.#isHere(who, connection));
    this.#keep(before, gone);
    if (tell) sendTo(others, presenceFrame("join", who, countsOf(this.#ctx)));
  }

  /** A connection has gone, or is about to be closed. */
  went(connection: Connection, now: number): void {
    if (!this.#isOn) return;
    const before = this.#gone();
    const isWatched = this.#watchers().some((other) => other !== connection);
    const who = whoIs(connection);
    this.#keep(before, isWatched ? leave(before, who, this.#isHere(who, connection), now) : []);
  }

  /** Tells of those who have not come back. */
  tell(now: number): void {
    const before = this.#gone();
    const { left, gone } = toTell(before, now);
    this.#keep(before, gone);
    if (left.length === 0) return;
    // Once for all of them: a crowd that leaves together would otherwise have every connection looked at for each.
    const [watchers, counts] = [this.#watchers(), countsOf(this.#ctx)];
    for (const who of left) sendTo(watchers, presenceFrame("leave", who, counts));
  }

  /** When there is somebody to be told of, in ms. */
  get due(): number | undefined {
    return this.#isOn ? nextToTell(this.#gone()) : undefined;
  }

  #watchers(): Connection[] {
    return openConnections(this.#ctx, "v1");
  }

  #isHere({ sub }: Who, except: Connection): boolean {
    return sub !== null && connectionsOf(this.#ctx, sub).some((other) => other !== except);
  }

  #gone(): readonly Gone[] {
    return this.#ctx.storage.kv.get<readonly Gone[]>(GONE) ?? [];
  }

  #keep(before: readonly Gone[], gone: readonly Gone[]): void {
    if (gone === before || (gone.length === 0 && before.length === 0)) return;
    if (gone.length === 0) this.#ctx.storage.kv.delete(GONE);
    else this.#ctx.storage.kv.put(GONE, gone);
  }
}
