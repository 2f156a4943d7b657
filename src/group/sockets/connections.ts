// The open WebSockets of one group: accepts, finds, sends to and closes them.
import type { Member } from "../../core/admission.ts";
import { closeCodes, type CloseReason } from "../../core/codes.ts";
import type { Counters } from "../../core/counters.ts";
import { publicationFrames, skippedFrame, type Frame, type Mode, type Positioned } from "../../core/frames.ts";
import type { Receiver } from "../../core/group-api.ts";
import { heartbeatSeconds, type Activity } from "../../core/heartbeat.ts";
import { heartbeatSecondsOf, initAttachment, lastFrameOf, markLeft, memberOf, whoIs } from "./attachment.ts";

/** An open connection. */
export type Connection = WebSocket;

/** Both ends of an accepted connection. */
export interface Accepted {
  readonly client: WebSocket;
  readonly server: Connection;
}

/** Tag that indexes a subject. Tags hold 256 bytes, so a long subject (up to three bytes a character) is cut. */
const subjectTag = (sub: string): string => `sub:${sub.slice(0, 84).toWellFormed()}`;

/** Receivers of a frame by mode; `excluded` connections receive only the position. */
export interface Receivers extends Readonly<Record<Mode, ReadonlySet<Connection>>> {
  readonly excluded: ReadonlySet<Connection>;
}

export const countOf = ({ plain, v1 }: Receivers): number => plain.size + v1.size;

const EMPTY: ReadonlySet<Connection> = new Set();

export class Connections {
  readonly #ctx: DurableObjectState;
  readonly #counters: Counters;
  /** Read from the platform once after waking, then kept current: listing costs as much as a frame to each connection. */
  #open: Readonly<Record<Mode, Set<Connection>>> | undefined;

  /** Connections by address. Counted after waking when it is first asked for, then kept current. */
  #byAddress: Map<string, number> | undefined;

  /**
   * Frames for connections whose handshake is not finished, sent in the next event-loop turn. The
   * platform would buffer them until the 101, and keep 9 KiB per connection for its lifetime
   * (workerd 1.20261023; `npm run bench -- --only idle`).
   */
  readonly #held = new Map<Connection, Frame[]>();
  /** One timer for all held frames: the platform allows 10,000 timers per object, and then throws. */
  #isReleaseScheduled = false;

  constructor(ctx: DurableObjectState, counters: Counters) {
    this.#ctx = ctx;
    this.#counters = counters;
  }

  get count(): number {
    return this.of("plain").size + this.of("v1").size;
  }

  *[Symbol.iterator](): IterableIterator<Connection> {
    yield* this.of("plain");
    yield* this.of("v1");
  }

  of(mode: Mode): ReadonlySet<Connection> {
    return this.#byMode()[mode];
  }

  /** The connections that count for an address. */
  countOf(address: string | null): number {
    if (address === null) return 0;
    if (this.#byAddress === undefined) {
      this.#byAddress = new Map();
      for (const connection of this) this.#count(connection, 1);
    }
    return this.#byAddress.get(address) ?? 0;
  }

  ofSub(sub: string): readonly Connection[] {
    return this.#tagged(subjectTag(sub)).filter((connection) => whoIs(connection).sub === sub);
  }

  withId(id: string): readonly Connection[] {
    return this.#tagged(id);
  }

  /** The current receivers of a frame. `exclude` is the id of a connection to leave out. */
  receivers(to: Receiver, exclude: string | null): Receivers {
    if (to.kind === "group" && exclude === null) return { ...this.#byMode(), excluded: EMPTY };
    const addressed = to.kind === "group" ? [...this] : to.kind === "user" ? this.ofSub(to.sub) : this.withId(to.id);
    const receivers = { plain: new Set<Connection>(), v1: new Set<Connection>(), excluded: new Set<Connection>() };
    for (const connection of addressed) {
      const mode = this.modeOf(connection);
      if (exclude === null || this.idOf(connection) !== exclude) receivers[mode].add(connection);
      else if (mode === "v1") receivers.excluded.add(connection);
    }
    return receivers;
  }

  /**
   * Accepts a connection with id, mode and subject as its tags. Null if the object is full: the
   * platform throws at 32,768. Frames may be sent to `server` at once.
   */
  accept(id: string, mode: Mode, member: Member, now: number): Accepted | null {
    const [client, server] = Object.values(new WebSocketPair()) as [WebSocket, WebSocket]; // always a pair
    const open = this.#byMode()[mode];
    this.#scheduleRelease(); // before the membership: an exception must leave no member behind
    try {
      this.#ctx.acceptWebSocket(server, [id, mode, ...(member.sub === null ? [] : [subjectTag(member.sub)])]);
    } catch {
      return null; // the socket is new and its tags are valid: only the limit throws
    }
    initAttachment(server, member, heartbeatSeconds(this.count + 1), now);
    open.add(server);
    this.#count(server, 1);
    this.#held.set(server, []);
    return { client, server };
  }

  /** Removes a closed connection from the members. */
  remove(connection: Connection): void {
    const { plain, v1 } = this.#byMode();
    if (plain.delete(connection) || v1.delete(connection)) this.#count(connection, -1);
  }

  #count(connection: Connection, by: 1 | -1): void {
    const { address } = memberOf(connection);
    if (address === null || this.#byAddress === undefined) return;
    const count = (this.#byAddress.get(address) ?? 0) + by;
    if (count > 0) this.#byAddress.set(address, count);
    else this.#byAddress.delete(address);
  }

  /** Removes and closes a connection whose handshake failed. Its close event finds no member. */
  drop(connection: Connection): void {
    markLeft(connection);
    this.remove(connection);
    this.#held.delete(connection);
    this.close(connection, "internal");
  }

  /** The id by which backends address a connection. */
  idOf(connection: Connection): string {
    return this.#ctx.getTags(connection)[0] ?? "";
  }

  modeOf(connection: Connection): Mode {
    return this.of("v1").has(connection) ? "v1" : "plain";
  }

  /** Last activity of each connection. */
  lastActivity(): (readonly [Connection, Activity])[] {
    return Array.from(this, (connection) => {
      const heartbeat = this.#ctx.getWebSocketAutoResponseTimestamp(connection)?.getTime() ?? null;
      const everySeconds = heartbeatSecondsOf(connection);
      return [connection, { heartbeat, frame: lastFrameOf(connection), everySeconds }] as const;
    });
  }

  #byMode(): Readonly<Record<Mode, Set<Connection>>> {
    return (this.#open ??= { plain: this.#listed("plain"), v1: this.#listed("v1") });
  }

  /** The platform also lists connections that are closing (partykit#365), which have left the group. */
  #listed(mode: Mode): Set<Connection> {
    return new Set(this.#ctx.getWebSockets(mode).filter((socket) => socket.readyState === WebSocket.OPEN));
  }

  #tagged(tag: string): Connection[] {
    const { plain, v1 } = this.#byMode();
    return this.#ctx.getWebSockets(tag).filter((connection) => plain.has(connection) || v1.has(connection));
  }

  /** Sends publications: in plain mode one frame each, in belfry.v1 together and with positions. */
  deliver({ plain, v1, excluded }: Receivers, publications: readonly Positioned[]): void {
    for (const { data } of publications) this.send(plain, data);
    const frames = v1.size > 0 ? publicationFrames(publications) : [];
    for (const frame of frames) this.send(v1, frame);
    for (const { position } of publications)
      if (position !== null && excluded.size > 0) this.send(excluded, skippedFrame(position));
    this.#counters.add("belfry_publications_total", {}, publications.length);
    this.#counters.add("belfry_frames_total", {}, plain.size * publications.length + v1.size * frames.length);
  }

  /** Sends one frame to each connection, after all earlier frames. */
  send(connections: Iterable<Connection>, frame: Frame): void {
    for (const connection of connections) {
      const held = this.#held.get(connection);
      if (held === undefined) write(connection, frame);
      else held.push(frame);
    }
  }

  /** Closes a connection unless it is closed already. */
  close(connection: Connection, reason: CloseReason): void {
    this.#release(connection);
    try {
      connection.close(closeCodes[reason], reason === "left" ? "" : reason);
    } catch {
      // Already closed by us.
    }
  }

  #scheduleRelease(): void {
    if (this.#isReleaseScheduled) return;
    setTimeout(() => {
      this.#isReleaseScheduled = false;
      for (const connection of this.#held.keys()) this.#release(connection);
    }, 0);
    this.#isReleaseScheduled = true;
  }

  #release(connection: Connection): void {
    const held = this.#held.get(connection) ?? [];
    this.#held.delete(connection);
    for (const frame of held) write(connection, frame);
  }
}

function write(connection: Connection, frame: Frame): void {
  try {
    connection.send(frame);
  } catch {
    // The connection broke after it was listed. Its close event follows; the others must get their frame.
  }
}
