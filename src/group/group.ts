// One group: a Durable Object that holds its connections, its order and its push. A shell: what happens is decided in core/ and consumers/.
import { DurableObject } from "cloudflare:workers";
import type { Consumer, Effect } from "../consumers/consumer.ts";
import { consumers } from "../consumers/index.ts";
import { encode, HEARTBEAT, orderFrame, type Frame, type OrderFrame } from "../core/frames.ts";
import { splitGroup } from "../core/group.ts";
import { MESSAGE_LENGTH } from "../core/limits.ts";
import { logLine } from "../core/log.ts";
import type { Fact } from "../core/order.ts";
import { findByGroup, paramsOf } from "../core/route.ts";
import { dueTick, keepPush, nextTick, produceDeadline, type Push } from "../core/schedule.ts";
import { settingsOf, type Settings } from "../core/settings.ts";
import { acceptConnection, close, heard, openConnections, reapSilent, sendTo, type Connection } from "./connections.ts";
import { produceFrame } from "./push.ts";
import { Store } from "./store.ts";

/** Where a group stands: the position of its latest publication. `epoch` is null and `offset` 0 as long as it has kept nothing. */
export interface Position {
  readonly epoch: string | null;
  readonly offset: number;
}

/** What `send` did: the group's position, and how many connections got the frame. */
export interface Sent extends Position {
  readonly connections: number;
}

export interface GroupState extends Position {
  readonly connections: number;
  /** When the alarm rings next, in ms; null if it does not. */
  readonly nextPush: number | null;
}

export class Group extends DurableObject<Env> {
  readonly #store: Store;
  /** Ends the `produce` that is running; its result would reach nobody, or a group begun anew. */
  #running: AbortController | null = null;

  constructor(ctx: DurableObjectState, env: Env) {
    super(ctx, env);
    this.#store = new Store(ctx.storage);
    ctx.setWebSocketAutoResponse(new WebSocketRequestResponsePair(HEARTBEAT, HEARTBEAT));
  }

  /** A connection that the Worker has let in. `Sec-WebSocket-Protocol` is the one to echo, chosen there. */
  override async fetch(request: Request): Promise<Response> {
    reapSilent(this.ctx, Date.now());
    const first = openConnections(this.ctx).length === 0;
    const accepted = acceptConnection(this.ctx, crypto.randomUUID().replaceAll("-", ""));
    if (accepted === null) return new Response(null, { status: 503 });
    this.#greet(accepted.server);
    await this.#keepPush(first);
    const protocol = request.headers.get("Sec-WebSocket-Protocol");
    const headers = protocol === null ? {} : { "Sec-WebSocket-Protocol": protocol };
    return new Response(null, { status: 101, webSocket: accepted.client, headers });
  }

  override async webSocketMessage(socket: WebSocket, message: string | ArrayBuffer): Promise<void> {
    const length = typeof message === "string" ? message.length : message.byteLength;
    if (length > (this.#consumer.messageLength ?? MESSAGE_LENGTH)) {
      close(socket, "frame_too_large");
      return this.#keepPush(false);
    }
    heard(this.ctx, socket, Date.now());
    const text = typeof message === "string" ? message : null;
    const effects = this.#consumer.receive?.({ text, now: Date.now(), settings: this.#settings }) ?? [];
    for (const effect of effects) this.#apply(effect, socket);
    await this.#keepPush(false);
  }

  override async webSocketClose(socket: WebSocket): Promise<void> {
    // Without this answer the client would hang in CLOSING: web_socket_auto_reply_to_close does not reach hibernatable sockets
    // in this workerd. 1000 with no reason whatever the client said, as Channels' server does.
    close(socket, "left");
    await this.#keepPush(false);
  }

  override async webSocketError(socket: WebSocket, error: unknown): Promise<void> {
    close(socket, String(error).includes("1009") ? "frame_too_large" : "protocol_error");
    await this.#keepPush(false);
  }

  override async alarm(info?: AlarmInvocationInfo): Promise<void> {
    const now = Date.now();
    // The platform promises at least one ring. While an alarm rings for the first time, none is set; one that is has been by us.
    if (((await this.ctx.storage.getAlarm()) ?? 0) > now) return;
    reapSilent(this.ctx, now);
    const push = this.#push();
    if (push === null || openConnections(this.ctx).length === 0) return this.#stopPush();
    // Armed first: whatever becomes of this tick, the next one comes. Nothing sent below leaves before this row is durable.
    await this.ctx.storage.setAlarm(nextTick(push, now));
    if (dueTick(push, info?.scheduledTime ?? 0, now) !== null) await this.#tick(push, now);
  }

  /** Takes in what callbacks proved about this group's order; tells what a browser may now see of it. Stored when this returns. */
  record(facts: readonly Fact[]): OrderFrame {
    const { order, changed } = this.#store.record(facts, newEpoch);
    const frame = orderFrame(this.#key, order.status);
    reapSilent(this.ctx, Date.now());
    if (changed) sendTo(openConnections(this.ctx), encode(frame));
    return frame;
  }

  /** Sends a frame to everybody here, or to one connection by its id. It is not kept. */
  async send(frame: Frame, connection?: string): Promise<Sent> {
    reapSilent(this.ctx, Date.now());
    const receivers = openConnections(this.ctx, connection);
    sendTo(receivers, frame);
    await this.#keepPush(false);
    return { ...this.#position(), connections: receivers.length };
  }

  async look(): Promise<GroupState> {
    const connections = openConnections(this.ctx).length;
    return { ...this.#position(), connections, nextPush: await this.ctx.storage.getAlarm() };
  }

  #greet(connection: Connection): void {
    const order = this.#consumer.keeps === "order" ? this.#store.order() : null;
    if (order !== null && order.status !== "pending") sendTo([connection], encode(orderFrame(this.#key, order.status)));
  }

  #apply(effect: Effect, sender: Connection): void {
    sendTo(effect.to === "sender" ? [sender] : openConnections(this.ctx), encode(effect.frame));
  }

  async #tick(push: Push, now: number): Promise<void> {
    const consumer = this.#consumer;
    if (consumer.push === undefined) return;
    const running = (this.#running = new AbortController());
    const params = paramsOf(consumer, this.#name);
    const tick = { now, group: this.#name, params, env: this.env, settings: this.#settings };
    const made = await produceFrame(consumer.push, tick, produceDeadline(push.period), running.signal);
    if (made.ok) sendTo(openConnections(this.ctx), made.value);
    else if (made.reason !== "stopped") {
      const { fault, detail } = made.reason;
      console.error(logLine({ event: "push", group: this.#name, reason: fault, detail, ms: Date.now() - now }));
    }
  }

  /** Starts, mends or stops the push after something other than the alarm has woken the group. */
  async #keepPush(first: boolean): Promise<void> {
    const period = this.#consumer.push?.every(this.#settings);
    if (period === undefined) return;
    const armed = await this.ctx.storage.getAlarm();
    const connections = openConnections(this.ctx).length;
    const step = keepPush({ connections, first, start: this.#store.pushStart(), armed }, period, Date.now());
    switch (step.do) {
      case "nothing":
        return;
      case "start":
        this.#running?.abort();
        await this.ctx.storage.setAlarm(step.start);
        // The start is what the platform has made of it: it puts off an alarm for the present (seen in workerd 1.20261023: by 1 ms).
        return this.#store.startPush((await this.ctx.storage.getAlarm()) ?? step.start);
      case "arm":
        return this.ctx.storage.setAlarm(step.at);
      case "stop":
        return this.#stopPush();
    }
  }

  /** Nobody is left: the alarm goes, and with it everything that was kept for the push only. */
  async #stopPush(): Promise<void> {
    this.#running?.abort();
    if (this.#consumer.keeps === "nothing") await this.ctx.storage.deleteAll();
    else await this.ctx.storage.deleteAlarm();
  }

  #push(): Push | null {
    const start = this.#store.pushStart();
    const period = this.#consumer.push?.every(this.#settings);
    return start === null || period === undefined ? null : { start, period };
  }

  #position(): Position {
    const order = this.#consumer.keeps === "order" ? this.#store.order() : null;
    return { epoch: order?.epoch ?? null, offset: order?.version ?? 0 };
  }

  get #name(): string {
    const { name } = this.ctx.id;
    if (name === undefined) throw new Error("a group is reached by its name only");
    return name;
  }

  get #key(): string {
    return splitGroup(this.#name).key;
  }

  get #consumer(): Consumer {
    const found = findByGroup(consumers, this.#name);
    if (!found.ok) throw new Error(`no consumer serves the group ${this.#name}`);
    return found.value.consumer;
  }

  get #settings(): Settings {
    const settings = settingsOf(this.env);
    if (!settings.ok) throw new Error(`${settings.reason.setting} must be ${settings.reason.expected}`);
    return settings.value;
  }
}

const newEpoch = (): string => crypto.randomUUID().slice(0, 8);
