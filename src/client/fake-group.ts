// A group of the fake server: what it keeps, who is in it, and what each member is told, in the frames of the real one. Sends by connections.
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
import { publicationId, readPosition, recover, type Retention, type Publication } from "../core/position.ts";
import { parseRequest, type ClientRequest } from "../core/request.ts";
import type { FakeConnection } from "./fake-socket.ts";

/** A group as your test has it in its hand. */
export interface FakeGroup {
  /** Who is connected. */
  readonly connections: readonly FakeConnection[];
  /** How many publications there were. */
  readonly offset: number;
  /** Publishes to every member, and keeps it as such a group does. */
  publish(data: Json): void;
  /** Says that somebody came, and lists them in `presence`. */
  join(who: Who): void;
  leave(who: Who): void;
  /** Gives up what it keeps and begins anew, so that a client that comes back has missed something. */
  forget(): void;
}

/** An order as your test has it in its hand. */
export interface FakeOrder {
  readonly connections: readonly FakeConnection[];
  readonly status: OrderStatus;
  /** The number of its changes so far. */
  readonly version: number;
  /**
   * Changes the order: the members are notified, later members and polls get the new status. The same status again changes nothing, except
   * `partially_refunded`, which is a further refund then. Any status may follow any other: an attempt after `failed`, a late payment after
   * `closed`, a capture that fails after `paid`.
   */
  becomes(status: OrderStatus): void;
  /** Another member wrote a text, or a backend sent an event: it is relayed, and is no outcome. */
  relay(data: Json): void;
}

/** As `src/consumers/` has it: what the groups of each consumer keep. */
const keepings: Readonly<Record<string, Retention>> = { order: "cache", alarm: "cache", feed: "stream" };

const HISTORY_SIZE = 100;

export class Group implements FakeGroup {
  readonly connections: FakeConnection[] = [];
  readonly path: string;
  readonly #keeping: Retention;
  readonly #now: () => number;
  readonly #who: Who[] = [];
  #kept: Publication[] = [];
  #epoch = "00000001";
  #offset = 0;

  constructor(path: string, now: () => number) {
    this.path = path;
    this.#keeping = keepings[path.split("/")[2] ?? ""] ?? "none";
    this.#now = now;
  }

  get offset(): number {
    return this.#offset;
  }

  publish(data: Json): void {
    if (this.#keeping === "none") return this.relay(data);
    const frame = encode(data);
    const at = { epoch: this.#epoch, offset: ++this.#offset };
    this.#kept = [...this.#kept, { offset: at.offset, at: this.#now(), frame }].slice(
      this.#keeping === "cache" ? -1 : -HISTORY_SIZE,
    );
    this.#tell(publicationFrame({ data: frame, position: at }));
  }

  relay(data: Json): void {
    this.#tell(publicationFrame({ data: encode(data), position: null }));
  }

  join(who: Who): void {
    this.#who.push(who);
    this.#tell(presenceFrame("join", [who], this.#counts()));
  }

  leave(who: Who): void {
    const i = this.#who.findIndex(({ sub }) => sub === who.sub);
    if (i >= 0) this.#who.splice(i, 1);
    this.#tell(presenceFrame("leave", [who], this.#counts()));
  }

  forget(): void {
    this.#epoch = String(Number(this.#epoch) + 1).padStart(8, "0");
    this.#offset = 0;
    this.#kept = [];
  }

  /** A member has come. */
  welcome(connection: FakeConnection): void {
    this.connections.push(connection);
    const group = { epoch: this.#epoch, offset: this.#offset };
    const position = readPosition(connection.query.get("epoch"), connection.query.get("offset"));
    const first = this.#kept[0]?.offset ?? this.#offset + 1;
    const { recovered, after } = recover(this.#keeping, position, group, first);
    const missed = this.#kept.filter(({ offset }) => offset > after);
    const welcome = welcomeFrame(`fake!${this.connections.length}`, group, recovered);
    for (const frame of [welcome, ...replayFrames(this.#epoch, missed)]) connection.send(frame);
  }

  gone(connection: FakeConnection): void {
    const i = this.connections.indexOf(connection);
    if (i >= 0) this.connections.splice(i, 1);
  }

  /** A member has asked for something. */
  answer(connection: FakeConnection, text: string): void {
    const request = parseRequest(text);
    if (request.ok) connection.send(this.#reply(request.value, connection));
  }

  #reply(request: ClientRequest, connection: FakeConnection): string {
    const { id } = request;
    switch (request.type) {
      case "ping":
        return replyFrame(id, { time: this.#now() });
      case "presence":
        return replyFrame(id, { ...this.#counts(), members: this.#who.map(({ sub, info }) => ({ sub, info })) });
      case "history": {
        const publications = this.#kept
          .filter(({ offset }) => offset > request.after)
          .slice(0, request.limit)
          .map(({ offset, at, frame }) => ({
            offset,
            id: publicationId(this.#epoch, offset),
            at: new Date(at).toISOString(),
            data: JSON.parse(frame) as Json, // encoded above
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
    const users = new Set(this.#who.map(({ sub }) => sub)).size;
    return { connections: this.connections.length, users };
  }

  #tell(text: string): void {
    for (const connection of this.connections.slice()) connection.send(text);
  }
}

/** An order's group, and what it is asked over HTTP. */
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

  /** What `GET /orders/:biz` says. */
  look(): object {
    return { ...orderFrame(this.#biz, this.#status), version: this.version, expires_at: null };
  }
}
