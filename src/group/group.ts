// One group: a Durable Object that holds its connections, its order and its push. A shell: what happens is decided in core/ and consumers/.
import { DurableObject } from "cloudflare:workers";
import type { Effect } from "../consumers/consumer.ts";
import { alarmStep, dueJobs, FAULT_PAUSE_MS, nextWake } from "../core/due.ts";
import { encode, HEARTBEAT, orderFrame, type Frame, type OrderFrame } from "../core/frames.ts";
import { MESSAGE_LENGTH } from "../core/limits.ts";
import type { Registration } from "../core/order.ts";
import { ok, type Result } from "../core/result.ts";
import { paramsOf } from "../core/route.ts";
import { dueTick, nextTick, produceDeadline, pushStep, type Push } from "../core/schedule.ts";
import { acceptConnection, close, heard, openConnections, reapSilent, sendTo, type Connection } from "./connections.ts";
import { Identity } from "./identity.ts";
import { canAsk, linkPayments, runJobs, type Desk } from "./jobs.ts";
import {
  endOfDay,
  KeptOrder,
  oweDelivery,
  type Arrival,
  type Change,
  type OrderView,
  type Surroundings,
} from "./order.ts";
import { Outbox } from "./outbox.ts";
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
  /** When the next tick is due, in ms; null without a push. */
  readonly nextPush: number | null;
}

/** What became of an arrival: the frame a browser may see now, and whether it was news. */
export interface Recorded {
  readonly frame: OrderFrame;
  readonly fresh: boolean;
}

/** For `#arm`: no alarm counts as about to ring. The one that was set as a guard while jobs were done has had its time. */
const EXACTLY = -1;

export class Group extends DurableObject<Env> {
  readonly #self: Identity;
  readonly #store: Store;
  /** Ends the `produce` that is running; its result would reach nobody, or a group begun anew. */
  #running: AbortController | null = null;

  constructor(ctx: DurableObjectState, env: Env) {
    super(ctx, env);
    this.#self = new Identity(ctx.id, env);
    this.#store = new Store(ctx.storage);
    ctx.setWebSocketAutoResponse(new WebSocketRequestResponsePair(HEARTBEAT, HEARTBEAT));
  }

  /** A connection that the Worker has let in. `Sec-WebSocket-Protocol` is the one to echo, chosen there. */
  override async fetch(request: Request): Promise<Response> {
    const around = await this.#around();
    reapSilent(this.ctx, around.now);
    const first = openConnections(this.ctx).length === 0;
    const accepted = acceptConnection(this.ctx, crypto.randomUUID().replaceAll("-", ""));
    if (accepted === null) return new Response(null, { status: 503 });
    this.#greet(accepted.server, around);
    await this.#keepGoing(first, around.canAsk);
    const protocol = request.headers.get("Sec-WebSocket-Protocol");
    const headers = protocol === null ? {} : { "Sec-WebSocket-Protocol": protocol };
    return new Response(null, { status: 101, webSocket: accepted.client, headers });
  }

  override async webSocketMessage(socket: WebSocket, message: string | ArrayBuffer): Promise<void> {
    const length = typeof message === "string" ? message.length : message.byteLength;
    if (length > (this.#self.consumer.messageLength ?? MESSAGE_LENGTH)) {
      close(socket, "frame_too_large");
      return this.#keepGoing(false);
    }
    heard(this.ctx, socket, Date.now());
    const text = typeof message === "string" ? message : null;
    const effects = this.#self.consumer.receive?.({ text, now: Date.now(), settings: this.#self.settings }) ?? [];
    for (const effect of effects) this.#apply(effect, socket);
    await this.#keepGoing(false);
  }

  override async webSocketClose(socket: WebSocket): Promise<void> {
    // Without this answer the client would hang in CLOSING: web_socket_auto_reply_to_close does not reach hibernatable sockets
    // in this workerd. 1000 with no reason whatever the client said, as Channels' server does.
    close(socket, "left");
    await this.#keepGoing(false);
  }

  override async webSocketError(socket: WebSocket, error: unknown): Promise<void> {
    close(socket, String(error).includes("1009") ? "frame_too_large" : "protocol_error");
    await this.#keepGoing(false);
  }

  override async alarm(info?: AlarmInvocationInfo): Promise<void> {
    const now = Date.now();
    // The platform promises at least one ring. While an alarm rings for the first time, none is set; one that is has been by us.
    if (((await this.ctx.storage.getAlarm()) ?? 0) > now) return;
    if (!this.#self.isUsable) return this.ctx.storage.setAlarm(now + FAULT_PAUSE_MS);
    reapSilent(this.ctx, now);
    await this.#keepGoing(false);
    const push = this.#push();
    // Armed by now: whatever becomes of this ring, the next one comes. Nothing sent below leaves before that row is durable.
    const tick = push !== null && dueTick(push, info?.scheduledTime ?? 0, now) !== null ? this.#tick(push, now) : null;
    const jobs = dueJobs(this.#store.due(), now);
    await Promise.all([tick, runJobs(jobs, this.#desk())]);
    if (jobs.length === 0) return;
    await this.#keepGoing(false);
    await this.#arm(EXACTLY);
  }

  /** Takes in what callbacks proved about this group's order, and rings its members if they can see a change. Stored when this returns. */
  async record(arrival: Arrival): Promise<Recorded> {
    const order = this.#order();
    const around = await this.#around();
    reapSilent(this.ctx, around.now);
    const change = order.record(arrival, around);
    this.#ring(change);
    await this.#arm();
    return { frame: orderFrame(this.#self.key, change.order?.status ?? "pending"), fresh: change.fresh };
  }

  /** Takes in what the backend expects to be paid; tells the order as it is then. */
  async register(registration: Registration): Promise<Result<OrderView, "contradicts">> {
    const order = this.#order();
    const registered = order.register(registration, await this.#around());
    if (!registered.ok) return registered;
    this.#ring(registered.value);
    await this.#arm();
    return ok(order.view());
  }

  order(): OrderView {
    return this.#order().view();
  }

  /** Remembers which order this payment paid. */
  async link(biz: string): Promise<void> {
    if (this.#store.linked() !== biz) this.#store.link(biz);
    await this.#keepLink();
  }

  /** Which order this payment paid; null if that is not known. Asking keeps it for longer: more may follow. */
  async linked(): Promise<string | null> {
    const biz = this.#store.linked();
    if (biz !== null) await this.#keepLink();
    return biz;
  }

  /** Takes in an authentic delivery that is about no order, to be handed on; false if it came before. */
  async owe(delivery: { provider: string; type: string; eventId: string | null; raw: string }): Promise<boolean> {
    const isNew = oweDelivery(this.#store, this.#outbox(), delivery, Date.now());
    await this.#arm();
    return isNew;
  }

  /** Sends a frame to everybody here, or to one connection by its id. It is not kept. */
  async send(frame: Frame, connection?: string): Promise<Sent> {
    reapSilent(this.ctx, Date.now());
    const receivers = openConnections(this.ctx, connection);
    sendTo(receivers, frame);
    await this.#keepGoing(false);
    return { ...this.#position(), connections: receivers.length };
  }

  look(): GroupState {
    const push = this.#push();
    const nextPush = push === null ? null : nextTick(push, Date.now());
    return { ...this.#position(), connections: openConnections(this.ctx).length, nextPush };
  }

  #greet(connection: Connection, around: Surroundings): void {
    if (this.#self.consumer.keeps !== "order") return;
    const order = this.#order();
    const change = order.revise(around);
    order.touch(around.now);
    // Everybody's news is the newcomer's too; what is old news is told to it alone.
    if (change.changed) return this.#ring(change);
    const status = change.order?.status ?? "pending";
    if (status !== "pending") sendTo([connection], encode(orderFrame(this.#self.key, status)));
  }

  #apply(effect: Effect, sender: Connection): void {
    sendTo(effect.to === "sender" ? [sender] : openConnections(this.ctx), encode(effect.frame));
  }

  #ring({ changed, order }: Change): void {
    if (changed && order !== null) sendTo(openConnections(this.ctx), encode(orderFrame(this.#self.key, order.status)));
  }

  async #tick({ period }: Push, now: number): Promise<void> {
    const { consumer, name, settings } = this.#self;
    if (consumer.push === undefined) return;
    const running = (this.#running = new AbortController());
    const tick = { now, group: name, params: paramsOf(consumer, name), env: this.env, settings };
    const frame = await produceFrame(consumer.push, tick, produceDeadline(period), running.signal);
    if (frame !== null) sendTo(openConnections(this.ctx), frame);
  }

  async #keepLink(): Promise<void> {
    const cleanup = endOfDay(Date.now() + this.#self.settings.orders.retentionMs);
    if (this.#store.keepDue({ cleanup })) await this.#arm();
  }

  /** Keeps push, due-times and alarm right after anything that may have changed who is here. */
  async #keepGoing(first: boolean, asks?: boolean): Promise<void> {
    if (this.#self.consumer.push !== undefined) {
      const watchers = openConnections(this.ctx).length;
      const step = pushStep(watchers, first, this.#store.due().push, Date.now());
      if (step.do === "stop") return this.#stopPush();
      if (step.do === "start") return this.#startPush(step.start);
    }
    if (this.#self.consumer.keeps === "order") {
      const around = await this.#around();
      this.#order().keepDue({ ...around, canAsk: asks ?? around.canAsk });
    }
    await this.#arm();
  }

  async #startPush(start: number): Promise<void> {
    this.#running?.abort();
    this.#store.keepDue({ ...this.#store.due(), push: start });
    await this.ctx.storage.setAlarm(start);
    // The start is what the platform has made of it: it puts off an alarm for the present (seen in workerd 1.20261023: by 1 ms).
    this.#store.keepDue({ ...this.#store.due(), push: (await this.ctx.storage.getAlarm()) ?? start });
  }

  /** Nobody is left: the alarm goes, and with it everything that was kept for the push only. */
  async #stopPush(): Promise<void> {
    this.#running?.abort();
    if (this.#self.consumer.keeps === "nothing") return this.ctx.storage.deleteAll();
    const { push: _, ...rest } = this.#store.due();
    this.#store.keepDue(rest);
    await this.#arm();
  }

  /** Sets the one alarm for the earliest of the due-times, or takes it away. */
  async #arm(late?: number): Promise<void> {
    const due = this.#store.due();
    const now = Date.now();
    const period = this.#push()?.period ?? null;
    const armed = await this.ctx.storage.getAlarm();
    const step = alarmStep(armed, nextWake(due, period, now), now, late ?? (period === null ? undefined : 2 * period));
    if (step.do === "set") await this.ctx.storage.setAlarm(step.at);
    if (step.do === "delete") await this.ctx.storage.deleteAlarm();
  }

  async #around(): Promise<Surroundings> {
    const asks = this.#self.consumer.keeps === "order" && (await canAsk(this.env, this.#self.settings.orders));
    return { now: Date.now(), watchers: openConnections(this.ctx).length, canAsk: asks };
  }

  #outbox(): Outbox {
    return new Outbox(this.ctx.storage, this.#self.consumer.keeps === "order");
  }

  #order(): KeptOrder {
    return new KeptOrder(this.#self.key, this.#store, this.#outbox(), this.#self.settings.orders);
  }

  #desk(): Desk {
    return {
      group: this.#self.name,
      key: this.#self.key,
      env: this.env,
      settings: this.#self.settings.orders,
      store: this.#store,
      outbox: this.#outbox(),
      order: this.#self.consumer.keeps === "order" ? this.#order() : null,
      forgetAll: this.#self.consumer.keeps === "payment" ? () => this.ctx.storage.deleteAll() : null,
      take: async (facts) => {
        await linkPayments(this.env, this.#self.key, facts);
        this.#ring(this.#order().record({ facts, orderId: null, raw: null }, await this.#around()));
      },
      around: () => this.#around(),
    };
  }

  #push(): Push | null {
    const { push: start } = this.#store.due();
    const period = this.#self.consumer.push?.every(this.#self.settings);
    return start === undefined || period === undefined ? null : { start, period };
  }

  #position(): Position {
    const order = this.#self.consumer.keeps === "order" ? this.#store.order() : null;
    return { epoch: order?.epoch ?? null, offset: order?.version ?? 0 };
  }
}
