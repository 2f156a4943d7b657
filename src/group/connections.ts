// The WebSockets of one group, as the platform keeps them while the object sleeps. Decides nothing about groups or orders.
import type { Member } from "../core/admission.ts";
import { closeCodes, type CloseReason } from "../core/codes.ts";
import { publicationFrames, skippedFrame, type Frame, type Mode, type Positioned } from "../core/frames.ts";
import type { Receiver } from "../core/group-api.ts";
import type { Activity } from "../core/heartbeat.ts";
import { begin, lastFrameOf, whoIs } from "./attachment.ts";

/** A connection that is open now. */
export type Connection = WebSocket;

/** The platform's index of subjects: of a long one its beginning, since a tag may have 256 bytes and a character three of them. */
const subjectTag = (sub: string): string => `sub:${sub.slice(0, 84).toWellFormed()}`;

/** Who gets a frame, by mode; and who does not, though it counts positions. */
export interface Receivers extends Readonly<Record<Mode, ReadonlySet<Connection>>> {
  readonly excluded: ReadonlySet<Connection>;
}

export const countOf = ({ plain, v1 }: Receivers): number => plain.size + v1.size;

const nobody: ReadonlySet<Connection> = new Set();

/** The members of one group. */
export class Connections {
  readonly #ctx: DurableObjectState;
  /** Asked of the platform once, as the object wakes, and kept right from then on: its list costs as much as a frame for each. */
  #open: Readonly<Record<Mode, Set<Connection>>> | undefined;

  /**
   * What waits for the next turn of the loop, because its connection is on its way in. The platform would hold it itself until the client
   * has its 101, and keep 9 KiB for that as long as the connection lives (workerd 1.20261023; `npm run bench -- --only idle`).
   */
  readonly #held = new Map<Connection, Frame[]>();

  constructor(ctx: DurableObjectState) {
    this.#ctx = ctx;
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

  ofSub(sub: string): readonly Connection[] {
    return this.#tagged(subjectTag(sub)).filter((connection) => whoIs(connection).sub === sub);
  }

  withId(id: string): readonly Connection[] {
    return this.#tagged(id);
  }

  /** Whom a frame reaches now, but for the connection with the id `exclude`. */
  receivers(to: Receiver, exclude: string | null): Receivers {
    if (to.kind === "group" && exclude === null) return { ...this.#byMode(), excluded: nobody };
    const some = to.kind === "group" ? [...this] : to.kind === "user" ? this.ofSub(to.sub) : this.withId(to.id);
    const receivers = { plain: new Set<Connection>(), v1: new Set<Connection>(), excluded: new Set<Connection>() };
    for (const connection of some) {
      const mode = this.modeOf(connection);
      if (exclude === null || this.idOf(connection) !== exclude) receivers[mode].add(connection);
      else if (mode === "v1") receivers.excluded.add(connection);
    }
    return receivers;
  }

  /**
   * Takes a connection in. Null if the object holds all it can: the platform throws at 32,768. Its id, its mode and its subject are its
   * tags for as long as it lives. Frames may be sent on `server` at once.
   */
  accept(id: string, mode: Mode, member: Member, now: number): { client: WebSocket; server: Connection } | null {
    const [client, server] = Object.values(new WebSocketPair()) as [WebSocket, WebSocket]; // exactly two, by the platform's word
    const open = this.#byMode()[mode];
    try {
      this.#ctx.acceptWebSocket(server, [id, mode, ...(member.sub === null ? [] : [subjectTag(member.sub)])]);
    } catch {
      return null; // the limit is the one thing that it throws for here: the socket is new and the tags well formed
    }
    begin(server, member, now);
    open.add(server);
    this.#held.set(server, []);
    setTimeout(() => this.#release(server), 0);
    return { client, server };
  }

  /** It has been ended, or has ended itself. */
  gone(connection: Connection): void {
    const { plain, v1 } = this.#byMode();
    plain.delete(connection);
    v1.delete(connection);
  }

  /** Its id, by which backends address it. */
  idOf(connection: Connection): string {
    return this.#ctx.getTags(connection)[0] ?? "";
  }

  modeOf(connection: Connection): Mode {
    return this.of("v1").has(connection) ? "v1" : "plain";
  }

  /** When each was last heard of. Asked for only when something else has woken the object. */
  heard(): (readonly [Connection, Activity])[] {
    return Array.from(this, (connection) => {
      const heartbeat = this.#ctx.getWebSocketAutoResponseTimestamp(connection)?.getTime() ?? null;
      return [connection, { heartbeat, frame: lastFrameOf(connection) }] as const;
    });
  }

  #byMode(): Readonly<Record<Mode, Set<Connection>>> {
    return (this.#open ??= { plain: this.#listed("plain"), v1: this.#listed("v1") });
  }

  /** The platform goes on listing those that are closing (partykit#365), which are no members. */
  #listed(mode: Mode): Set<Connection> {
    return new Set(this.#ctx.getWebSockets(mode).filter((socket) => socket.readyState === WebSocket.OPEN));
  }

  #tagged(tag: string): Connection[] {
    const { plain, v1 } = this.#byMode();
    return this.#ctx.getWebSockets(tag).filter((connection) => plain.has(connection) || v1.has(connection));
  }

  /** Sends plain frames in both modes: one by one as they are, and together as publications with their positions. How many frames that were. */
  deliver({ plain, v1, excluded }: Receivers, publications: readonly Positioned[]): number {
    for (const { data } of publications) this.send(plain, data);
    const frames = v1.size > 0 ? publicationFrames(publications) : [];
    for (const frame of frames) this.send(v1, frame);
    for (const { position } of publications)
      if (position !== null && excluded.size > 0) this.send(excluded, skippedFrame(position));
    return plain.size * publications.length + v1.size * frames.length;
  }

  /** Sends one frame to each, behind whatever was sent there before. */
  send(connections: Iterable<Connection>, frame: Frame): void {
    for (const connection of connections) {
      const held = this.#held.get(connection);
      if (held === undefined) write(connection, frame);
      else held.push(frame);
    }
  }

  /** Ends a connection; one that has ended already is left alone. */
  close(connection: Connection, reason: CloseReason): void {
    this.#release(connection);
    try {
      connection.close(closeCodes[reason], reason === "left" ? "" : reason);
    } catch {
      // Already closed from our side: nothing is left to say.
    }
  }

  #release(connection: Connection): void {
    const held = this.#held.get(connection) ?? [];
    this.#held.delete(connection);
    for (const frame of held) write(connection, frame);
  }
}

/** A connection that has just broken is left to its own close event. */
function write(connection: Connection, frame: Frame): void {
  try {
    connection.send(frame);
  } catch {
    // It closed between the listing and the send; webSocketClose will tell, and the others must get their frame.
  }
}
