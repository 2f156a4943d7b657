// Sends joins and leaves to the belfry.v1 members, where the consumer enables presence. Rules: core/presence.ts.
import { presenceFrame, type Counts, type Who } from "../../core/frames.ts";
import { PRESENCE_MEMBERS, PRESENCE_WITHIN_MS } from "../../core/limits.ts";
import { dueLeaves, join, leave, nextLeaveAt, type PendingLeave } from "../../core/presence.ts";
import { storageKey, type GroupStorage } from "../storage.ts";
import { memberOf, whoIs } from "./attachment.ts";
import type { Connection, Connections } from "./connections.ts";
import { countsOf } from "./list.ts";

const PENDING_LEAVES = storageKey<readonly PendingLeave[]>("gone");

export class Presence {
  readonly #connections: Connections;
  readonly #storage: GroupStorage;
  readonly #isEnabled: boolean;
  /** Joins since the last frame of joins, to be announced together; null if that was a while ago. */
  #joined: Connection[] | null = null;

  constructor(connections: Connections, storage: GroupStorage, isEnabled: boolean) {
    this.#connections = connections;
    this.#storage = storage;
    this.#isEnabled = isEnabled;
  }

  /** Handles a connection that was just accepted. */
  onJoin(connection: Connection): void {
    if (!this.#isEnabled) return;
    const before = this.#pending();
    // Nobody is left to notify (for example after a deployment): drop all pending leaves.
    if (!this.#isAnnounced || this.#hasNoOther(connection)) return this.#save(before, []);
    const who = whoIs(connection);
    const { pending, announce } = join(before, who, this.#isHere(who, connection));
    this.#save(before, pending);
    if (announce) this.#announceJoin(connection);
  }

  /** Handles a connection that was just removed. */
  onLeave(connection: Connection, now: number): void {
    if (!this.#isEnabled) return;
    const before = this.#pending();
    const isWatched = this.#isAnnounced && this.#connections.of("v1").size > 0;
    const who = whoIs(connection);
    this.#save(before, isWatched ? leave(before, who, this.#isHere(who, connection), now) : []);
  }

  /** Sends the leaves of members that did not return in time. */
  announceLeaves(now: number): void {
    const before = this.#pending();
    const { left, pending } = dueLeaves(before, now);
    this.#save(before, pending);
    if (left.length === 0 || !this.#isAnnounced) return;
    this.#send(this.#connections.of("v1"), "leave", left, countsOf(this.#connections));
  }

  /** When the next leave is due, in ms; undefined without pending leaves. */
  get dueAt(): number | undefined {
    return this.#isEnabled ? nextLeaveAt(this.#pending(), Date.now()) : undefined;
  }

  /** A join sent to each of many members costs their square: a large group has only counts. */
  get #isAnnounced(): boolean {
    return this.#connections.count <= PRESENCE_MEMBERS;
  }

  #hasNoOther(connection: Connection): boolean {
    const v1 = this.#connections.of("v1");
    return v1.size === 0 || (v1.size === 1 && v1.has(connection));
  }

  /** A single join is announced at once, those that follow it shortly in one frame. */
  #announceJoin(connection: Connection): void {
    if (this.#joined === null) this.#sendJoins([connection]);
    else this.#joined.push(connection);
  }

  #sendJoins(joined: readonly Connection[]): void {
    this.#joined = [];
    setTimeout(() => {
      const following = this.#joined ?? [];
      if (following.length > 0) this.#sendJoins(following);
      else this.#joined = null;
    }, PRESENCE_WITHIN_MS);
    if (!this.#isAnnounced) return;
    const counts = countsOf(this.#connections);
    const isNew = new Set(joined);
    const v1 = [...this.#connections.of("v1")];
    const known = v1.filter((member) => !isNew.has(member));
    this.#send(known, "join", joined.map(whoIs), counts);
    // A new member receives the joins of the others, without its own.
    for (const member of joined.length === 1 ? [] : v1.filter((member) => isNew.has(member))) {
      const others = joined.filter((other) => other !== member);
      this.#send([member], "join", others.map(whoIs), counts);
    }
  }

  /** Names and data of members are for those who came with a token or a key. */
  #send(receivers: Iterable<Connection>, kind: "join" | "leave", members: readonly Who[], counts: Counts): void {
    const [seeing, others]: [Connection[], Connection[]] = [[], []];
    for (const receiver of receivers) (memberOf(receiver).seesMembers ? seeing : others).push(receiver);
    this.#connections.send(seeing, presenceFrame(kind, members, counts));
    const unnamed = members.map(() => ({ sub: null, info: null }));
    if (others.length > 0) this.#connections.send(others, presenceFrame(kind, unnamed, counts));
  }

  #isHere({ sub }: Who, except: Connection): boolean {
    return sub !== null && this.#connections.ofSub(sub).some((other) => other !== except);
  }

  #pending(): readonly PendingLeave[] {
    return this.#storage.get(PENDING_LEAVES) ?? [];
  }

  #save(before: readonly PendingLeave[], pending: readonly PendingLeave[]): void {
    if (pending === before || (pending.length === 0 && before.length === 0)) return;
    if (pending.length === 0) this.#storage.delete(PENDING_LEAVES);
    else this.#storage.put(PENDING_LEAVES, pending);
  }
}
