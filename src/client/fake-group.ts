// Groups and orders of the fake server: members, history, and replies in the frames of the real
// server.
import {
  encode,
  errorReplyFrame,
  orderFrame,
  presenceFrame,
  publicationFrame,
  replayFrames,
  replyFrame,
  welcomeFrame,
  type Who,
} from "../core/frames.ts";
import type { Json } from "../core/json.ts";
import type { OrderStatus } from "../core/order.ts";
import {
  positionBefore,
  publicationId,
  readPosition,
  recover,
  type Retention,
  type Publication,
} from "../core/position.ts";
import { parseRequest, type ClientRequest } from "../core/request.ts";
import type { FakeConnection } from "./fake-socket.ts";

/** A group, as a test controls it. */
export interface FakeGroup {
  /** Open connections of the group. */
  readonly connections: readonly FakeConnection[];
  /** Offset of the last kept publication. */
  readonly offset: number;
  /** Publishes to every member, and keeps the publication as the group's consumer does. */
  publish(data: Json): void;
  /** Sends a join, and adds the user to `presence`. */
  join(who: Who): void;
  /** Sends a leave, and removes the user from `presence`. */
  leave(who: Who): void;
  /** Deletes the history and starts a new epoch: a client that reconnects gets `missed`. */
  forget(): void;
}

/** An order, as a test controls it. */
export interface FakeOrder {
  readonly connections: readonly FakeConnection[];
  readonly status: OrderStatus;
  /** Number of changes so far. */
  readonly version: number;
  /**
   * Changes the status and notifies the members. The present status again is ignored, except
   * `partially_refunded`, which stands for a further refund. Any status may follow any other: an
   * attempt after `failed`, a late payment after `closed`, a failed capture after `paid`.
   */
  becomes(status: OrderStatus): void;
  /** Relays a text of another member or an event of a backend. Clients emit it as `publication`. */
  relay(data: Json): void;
}

/** Retention of each consumer's groups, as declared in `src/consumers/`. */
const retentions: Readonly<Record<string, Retention>> = { order: "cache", alarm: "cache", feed: "stream" };

const HISTORY_SIZE = 100;

export class Group implements FakeGroup {
  readonly connections: FakeConnection[] = [];
  readonly path: string;
  readonly #retention: Retention;
  readonly #now: () => number;
  readonly #users: Who[] = [];
  #history: Publication[] = [];
  #epoch = "00000001";
  #offset = 0;

  constructor(path: string, now: () => number) {
    this.path = path;
    this.#retention = retentions[path.split("/")[2] ?? ""] ?? "none";
    this.#now = now;
  }

  get offset(): number {
    return this.#offset;
  }

  publish(data: Json): void {
    if (this.#retention === "none") return this.relay(data);
    const frame = encode(data);
    const position = { epoch: this.#epoch, offset: ++this.#offset };
    this.#history = [...this.#history, { offset: position.offset, at: this.#now(), frame }].slice(
      this.#retention === "cache" ? -1 : -HISTORY_SIZE,
    );
    this.#broadcast(publicationFrame({ data: frame, position }));
  }

  relay(data: Json): void {
    this.#broadcast(publicationFrame({ data: encode(data), position: null }));
  }

  join(who: Who): void {
    this.#users.push(who);
    this.#broadcast(presenceFrame("join", [who], this.#counts()));
  }

  leave(who: Who): void {
    const i = this.#users.findIndex(({ sub }) => sub === who.sub);
    if (i >= 0) this.#users.splice(i, 1);
    this.#broadcast(presenceFrame("leave", [who], this.#counts()));
  }

  forget(): void {
    this.#epoch = String(Number(this.#epoch) + 1).padStart(8, "0");
    this.#offset = 0;
    this.#history = [];
  }

  /** Adds a member, and sends its welcome and the publications that it missed. */
  welcome(connection: FakeConnection): void {
    this.connections.push(connection);
    const group = { epoch: this.#epoch, offset: this.#offset };
    const requested = readPosition(connection.query.get("epoch"), connection.query.get("offset"));
    const first = this.#history[0]?.offset ?? this.#offset + 1;
    const { recovered, after } = recover(this.#retention, requested, group, first);
    const missed = this.#history.filter(({ offset }) => offset > after);
    const welcome = welcomeFrame({
      channel: `fake!${this.connections.length}`,
      position: positionBefore(group, missed),
      latest: group.offset,
      recovered,
      heartbeat: 25,
      spread: 0,
    });
    for (const frame of [welcome, ...replayFrames(this.#epoch, missed)]) connection.send(frame);
  }

  remove(connection: FakeConnection): void {
    const i = this.connections.indexOf(connection);
    if (i >= 0) this.connections.splice(i, 1);
  }

  /** Replies to a member's request. Other frames are ignored. */
  receive(connection: FakeConnection, text: string): void {
    const request = parseRequest(text);
    if (request.ok) connection.send(this.#reply(request.value, connection));
  }

  #reply(request: ClientRequest, connection: FakeConnection): string {
    const { id } = request;
    switch (request.type) {
      case "ping":
        return replyFrame(id, { time: this.#now() });
      case "presence":
        return replyFrame(id, { ...this.#counts(), members: this.#users.map(({ sub, info }) => ({ sub, info })) });
      case "history": {
        const publications = this.#history
          .filter(({ offset }) => offset > request.after)
          .slice(0, request.limit)
          .map(({ offset, at, frame }) => ({
            offset,
            id: publicationId(this.#epoch, offset),
            at: new Date(at).toISOString(),
            data: JSON.parse(frame) as Json, // encoded by publish()
          }));
        return replyFrame(id, { epoch: this.#epoch, offset: this.#offset, publications });
      }
      case "publish":
        return this.#publishFor(id, request.data, connection);
      case "refresh":
        return replyFrame(id, { expires_at: null });
    }
  }

  #publishFor(id: ClientRequest["id"], data: Json, connection: FakeConnection): string {
    const [, , consumer] = this.path.split("/");
    if (consumer === "alarm") return errorReplyFrame(id, "not_allowed", "nobody publishes here");
    if (consumer === "order" && typeof data !== "string") {
      return errorReplyFrame(id, "bad_event", "an order relays texts only");
    }
    if (consumer === "feed") this.publish(data);
    else if (consumer === "order") this.relay(data);
    else connection.send(publicationFrame({ data: encode(data), position: null }));
    return replyFrame(id, { epoch: this.#epoch, offset: this.#offset, connections: this.connections.length });
  }

  #counts(): { readonly connections: number; readonly users: number } {
    const users = new Set(this.#users.map(({ sub }) => sub)).size;
    return { connections: this.connections.length, users };
  }

  #broadcast(text: string): void {
    for (const connection of this.connections.slice()) connection.send(text);
  }
}

/** An order with its group and its HTTP response. */
export class OrderGroup implements FakeOrder {
  readonly group: Group;
  readonly #biz: string;
  #status: OrderStatus = "pending";

  constructor(biz: string, group: Group) {
    this.#biz = biz;
    this.group = group;
  }

  get connections(): readonly FakeConnection[] {
    return this.group.connections;
  }

  get status(): OrderStatus {
    return this.#status;
  }

  get version(): number {
    return this.group.offset;
  }

  becomes(status: OrderStatus): void {
    if (status === this.#status && status !== "partially_refunded") return;
    this.#status = status;
    this.group.publish(orderFrame(this.#biz, status));
  }

  relay(data: Json): void {
    this.group.relay(data);
  }

  /** The body of `GET /orders/:biz`. */
  view(): object {
    return { ...orderFrame(this.#biz, this.#status), version: this.version, expires_at: null };
  }
}
