// The connection of an order: merges push, snapshot and poll into outcomes of increasing version.
import { isPaid, isSettled, type OrderStatus } from "../core/order.ts";
import type { Outcome, Publication } from "./api.ts";
import { GroupConnection, type ConnectionDeps } from "./group-connection.ts";
import { pollOf, type Poll } from "./poll.ts";
import type { State } from "./state.ts";

/** The part of an order that is stored across reloads. */
type Stored = readonly [epoch: string, version: number, status: OrderStatus];

export class OrderConnection extends GroupConnection {
  readonly #biz: string;
  readonly #storageKey: string;
  readonly #poll: Poll;
  #wasOpen = false;
  /** Versions up to this one existed before the connection. */
  #snapshotVersion = 0;

  /** `orderUrl` is the HTTP URL of the order, `GET /orders/:biz`. */
  constructor(biz: string, orderUrl: string, deps: ConnectionDeps) {
    super(deps);
    this.#biz = biz;
    this.#storageKey = `belfry ${orderUrl}`;
    const { clock, fetch } = this.platform;
    this.#poll = pollOf(clock, async (signal) => {
      const response = await fetch(orderUrl, { signal });
      if (!response.ok) return;
      const body: unknown = await response.json();
      this.#update(body, Object(body).version, "poll");
    });
    this.#restore();
  }

  protected override onWelcome(latest: number, hasMissed: boolean): void {
    this.#snapshotVersion = latest;
    // The server has lost the order's earlier versions and counts from the start.
    if (hasMissed) this.outcome = null;
    if (latest === 0) this.#update({ biz: this.#biz, status: "pending" }, 0, "snapshot");
  }

  /**
   * Polls while disconnected, until the order is settled; `failed` is unsettled. An open connection
   * receives each change, and a poll would wake the group.
   */
  protected override onStateChange({ name }: State): void {
    if (name === "closed" || this.#isSettled()) return this.#poll.stop();
    if (name !== "open") return this.#poll.run();
    this.#poll.pause();
    if (this.#wasOpen) void this.#poll.now();
    this.#wasOpen = true;
  }

  protected override onWake(): void {
    if (this.#isSettled()) return;
    this.#poll.pause();
    void this.#poll.now();
    if (this.state.name !== "open") this.#poll.run();
  }

  /** A publication without an offset is relayed from a member: never an outcome. */
  protected override onPublication(publication: Publication): void {
    const { data, offset } = publication;
    if (offset === null) return this.emit("publication", publication);
    this.#update(data, offset, offset > this.#snapshotVersion ? "push" : "snapshot");
  }

  /** Stores and emits the outcome if it is newer than the last one. Ignores other data. */
  #update(data: unknown, version: unknown, source: Outcome["source"]): void {
    const { biz, status } = Object(data) as { biz?: unknown; status?: unknown }; // any object may have them
    if (biz !== this.#biz || typeof status !== "string" || typeof version !== "number") return;
    if (this.outcome !== null && version <= this.outcome.version) return;
    const known = status as OrderStatus; // trusts the server's statuses
    this.outcome = { biz, status: known, paid: isPaid(known), version, source };
    if (this.#isSettled()) this.#poll.stop();
    this.#store(this.outcome);
    this.emit("status", this.outcome);
  }

  #isSettled(): boolean {
    return this.outcome !== null && isSettled(this.outcome.status);
  }

  /** An order's version is its group's offset, so a polled version need not be recovered. */
  #store({ version, status }: Outcome): void {
    if (this.position === null) return;
    this.position = { ...this.position, offset: version };
    const stored: Stored = [this.position.epoch, version, status];
    try {
      this.platform.storage?.setItem(this.#storageKey, JSON.stringify(stored));
    } catch {
      // Storage is full or forbidden: after a reload, the order starts without an outcome.
    }
  }

  #restore(): void {
    try {
      const stored = JSON.parse(this.platform.storage?.getItem(this.#storageKey) ?? "null") as Stored | null; // ours
      if (stored === null) return;
      const [epoch, version, status] = stored;
      this.position = { epoch, offset: version };
      this.#update({ biz: this.#biz, status }, version, "snapshot");
    } catch {
      // Storage is forbidden or its content broken: the order starts without an outcome.
    }
  }
}
