// Sends joins and leaves to the belfry.v1 members, where the consumer enables presence. Rules: core/presence.ts.
import { presenceFrame, type Who } from "../../core/frames.ts";
import { dueLeaves, join, leave, nextLeaveAt, type PendingLeave } from "../../core/presence.ts";
import { storageKey, type GroupStorage } from "../storage.ts";
import { whoIs } from "./attachment.ts";
import type { Connection, Connections } from "./connections.ts";
import { countsOf } from "./list.ts";

const PENDING_LEAVES = storageKey<readonly PendingLeave[]>("gone");

export class Presence {
  readonly #connections: Connections;
  readonly #storage: GroupStorage;
  readonly #isEnabled: boolean;

  constructor(connections: Connections, storage: GroupStorage, isEnabled: boolean) {
    this.#connections = connections;
    this.#storage = storage;
    this.#isEnabled = isEnabled;
  }

  /** Handles a connection that was just accepted. */
  onJoin(connection: Connection): void {
    if (!this.#isEnabled) return;
    const others = [...this.#connections.of("v1")].filter((other) => other !== connection);
    const before = this.#pending();
    // Nobody is left to notify (for example after a deployment): drop all pending leaves.
    if (others.length === 0) return this.#save(before, []);
    const who = whoIs(connection);
    const { pending, announce } = join(before, who, this.#isHere(who, connection));
    this.#save(before, pending);
    if (announce) this.#connections.send(others, presenceFrame("join", who, countsOf(this.#connections)));
  }

  /** Handles a connection that was just removed. */
  onLeave(connection: Connection, now: number): void {
    if (!this.#isEnabled) return;
    const before = this.#pending();
    const isWatched = this.#connections.of("v1").size > 0;
    const who = whoIs(connection);
    this.#save(before, isWatched ? leave(before, who, this.#isHere(who, connection), now) : []);
  }

  /** Sends the leaves of members that did not return in time. */
  announceLeaves(now: number): void {
    const before = this.#pending();
    const { left, pending } = dueLeaves(before, now);
    this.#save(before, pending);
    if (left.length === 0) return;
    // Counted once for all leaves: a count reads every connection.
    const [watchers, counts] = [this.#connections.of("v1"), countsOf(this.#connections)];
    for (const who of left) this.#connections.send(watchers, presenceFrame("leave", who, counts));
  }

  /** When the next leave is due, in ms; undefined without pending leaves. */
  get dueAt(): number | undefined {
    return this.#isEnabled ? nextLeaveAt(this.#pending()) : undefined;
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
