// One group: a Durable Object that holds its connections, what it keeps and its push. A shell: what happens is decided in core/ and consumers/.
import { DurableObject } from "cloudflare:workers";
import { ADMISSION_HEADER, decodeAdmission } from "../core/admission.ts";
import type { Effect } from "../consumers/consumer.ts";
import { dueJobs, FAULT_PAUSE_MS } from "../core/due.ts";
import { encode, HEARTBEAT, orderFrame, type Counts } from "../core/frames.ts";
import { MESSAGE_LENGTH } from "../core/limits.ts";
import type { Arrival, Claim, Orphan, OrphanResult } from "../core/delivery.ts";
import type {
  GroupApi,
  GroupState,
  ListedConnection,
  PublicationList,
  RecordReply,
  Sending,
  Sent,
  UnclaimedDelivery,
} from "../core/group-api.ts";
import type { Registration } from "../core/registration.ts";
import type { OrderRecord } from "../core/order-view.ts";
import type { Position } from "../core/position.ts";
import { ok, type Result } from "../core/result.ts";
import { nextTick } from "../core/schedule.ts";
import { mayGoOn, memberOf } from "./attachment.ts";
import type { Connection } from "./connections.ts";
import { Desk } from "./desk.ts";
import { runJobs } from "./jobs.ts";
import { countsOf, listConnections, usersOf } from "./list.ts";
import { Members } from "./members.ts";
import { eraseOrder } from "./erase.ts";
import { enqueueDelivery, type Change, type Surroundings } from "./order.ts";
import { Parts } from "./parts.ts";
import { Burst } from "./burst.ts";
import type { Sample } from "../core/counters.ts";
import { answer } from "./requests.ts";
import { Ticks } from "./ticks.ts";
import { Upkeep } from "./upkeep.ts";
import type { BelfryEnv } from "../env.ts";
import type { Installation } from "../installation.ts";

export class Group extends DurableObject<BelfryEnv> implements GroupApi {
  readonly #parts: Parts;
  readonly #members: Members;
  readonly #burst: Burst;
  readonly #ticks: Ticks;
  readonly #desk: Desk;
  readonly #upkeep: Upkeep;

  constructor(ctx: DurableObjectState, env: BelfryEnv, installation: Installation) {
    super(ctx, env);
    this.#parts = new Parts(ctx, env, installation);
    this.#members = new Members(this.#parts);
    this.#burst = new Burst(this.#parts);
    this.#ticks = new Ticks(this.#parts);
    this.#desk = new Desk(this.#parts, this.#members, env, (change) => this.#ring(change));
    this.#upkeep = new Upkeep(this.#parts, this.#ticks, this.#desk);
    ctx.setWebSocketAutoResponse(new WebSocketRequestResponsePair(HEARTBEAT, HEARTBEAT));
  }

  /** A connection that the Worker has let in. `Sec-WebSocket-Protocol` is the one to echo, chosen there. */
  override async fetch(request: Request): Promise<Response> {
    const admission = decodeAdmission(request.headers.get(ADMISSION_HEADER) ?? "");
    const around = await this.#desk.around();
    this.#members.reap(around.now);
    const first = this.#parts.connections.count === 0;
    const full = this.#members.full(admission.member);
    if (full === null) this.#revise(around);
    const client = full === null ? this.#members.take(admission, around.now) : null;
    // After a refusal too: somebody silent may have been ended to make room.
    await this.#upkeep.keepGoing(first);
    if (client === null) return new Response(full ?? "group_full", { status: 503 });
    const protocol = request.headers.get("Sec-WebSocket-Protocol");
    const headers = protocol === null ? {} : { "Sec-WebSocket-Protocol": protocol };
    return new Response(null, { status: 101, webSocket: client, headers });
  }

  override async webSocketMessage(socket: WebSocket, message: string | ArrayBuffer): Promise<void> {
    // What was already on its way when the connection was ended is nobody's any more.
    if (socket.readyState !== WebSocket.OPEN) return;
    const now = Date.now();
    const length = typeof message === "string" ? message.length : message.byteLength;
    const text = typeof message === "string" ? message : null;
    if (length > (this.#parts.self.consumer.messageLength ?? MESSAGE_LENGTH))
      this.#members.end(socket, "frame_too_large");
    else if (!mayGoOn(socket, now)) this.#members.end(socket, "too_many_frames");
    else if (this.#parts.connections.modeOf(socket) === "v1") await this.#answer(socket, text, now);
    else await this.#receive(socket, text, now);
    await this.#upkeep.keepGoing(false);
  }

  override async webSocketClose(socket: WebSocket): Promise<void> {
    // Without this answer the client would hang in CLOSING: web_socket_auto_reply_to_close does not reach hibernatable sockets
    // in this workerd. 1000 with no reason whatever the client said, as Channels' server does.
    this.#members.end(socket, "left");
    await this.#upkeep.keepGoing(false);
  }

  override async webSocketError(socket: WebSocket, error: unknown): Promise<void> {
    this.#members.end(socket, String(error).includes("1009") ? "frame_too_large" : "protocol_error");
    await this.#upkeep.keepGoing(false);
  }

  override async alarm(info?: AlarmInvocationInfo): Promise<void> {
    const now = Date.now();
    this.#parts.alarm.forget();
    // The platform promises at least one ring. While an alarm rings for the first time, none is set; one that is has been by us.
    if (((await this.ctx.storage.getAlarm()) ?? 0) > now) return;
    const { self, store, alarm } = this.#parts;
    if (!self.isUsable) return this.ctx.storage.setAlarm(now + FAULT_PAUSE_MS);
    this.#members.reap(now);
    await this.#upkeep.keepGoing(false);
    const push = alarm.push(self.settings);
    // Armed by now: whatever becomes of this ring, the next one comes. Nothing sent below leaves before that row is durable.
    const tick = push === null ? null : this.#ticks.push(push, info?.scheduledTime ?? 0, this.env, now);
    const jobs = dueJobs(store.due(), now);
    await Promise.all([tick, runJobs(jobs, this.#desk)]);
    if (jobs.length === 0) return;
    await this.#upkeep.keepGoing(false);
    await alarm.armAfter(now, self.settings);
  }

  /** Records what events proved about this group's order, and notifies its members of a visible change. Durable when this returns. */
  async record(arrivals: readonly Arrival[]): Promise<RecordReply> {
    const { order, self, alarm } = this.#parts;
    const around = await this.#desk.around();
    this.#members.reap(around.now);
    const recorded = order.recordFacts(arrivals, around);
    this.#ring(recorded);
    await alarm.arm(self.settings);
    return { frame: orderFrame(self.key, recorded.order.status), result: recorded.result };
  }

  /** Stores what the backend expects to be paid; returns the order as it is then. */
  async register(registration: Registration): Promise<Result<OrderRecord, "contradicts" | "erased">> {
    const { order, self, alarm } = this.#parts;
    const registered = order.register(registration, await this.#desk.around());
    if (!registered.ok) return registered;
    this.#ring(registered.value);
    await alarm.arm(self.settings);
    return ok(order.record());
  }

  order(): OrderRecord {
    return this.#parts.order.record();
  }

  /** Whether the order is registered or has facts. */
  isKnown(): boolean {
    return this.#parts.order.isKnown;
  }

  isTaken(): boolean {
    return this.#parts.order.isTaken;
  }

  /** Erases the order: facts, claims, forwards, the merchant's id. What stays is that it was erased. */
  async erase(): Promise<void> {
    await eraseOrder(this.#parts, this.env, Date.now());
  }

  /** The claim of a payment of this part of the index; null as long as no order has claimed it. */
  claimOf(payment: string): Claim | null {
    return this.#parts.index.claimOf(payment);
  }

  /** Claims a payment for an order, unless another has it. */
  claim(payment: string, biz: string): Claim {
    const { store, index } = this.#parts;
    return store.transaction(() => index.claim(payment, biz));
  }

  /** Stores an event until its payment is claimed; returns the claim if it is by now. */
  storeOrphan(payment: string, orphan: Orphan): OrphanResult {
    const { store, index } = this.#parts;
    return store.transaction(() => index.storeOrphan(payment, orphan, Date.now()));
  }

  /** Deletes orphans that their order has recorded. */
  releaseOrphans(payment: string, keys: readonly string[]): void {
    const { store, index } = this.#parts;
    store.transaction(() => index.release(payment, keys));
  }

  /** Deletes a claim of the order `biz`. */
  eraseClaim(payment: string, biz: string): void {
    const { store, index } = this.#parts;
    store.transaction(() => index.erase(payment, biz));
  }

  /** Enqueues the forward of an authentic delivery about no order; false if it came before. */
  async enqueueDelivery(delivery: UnclaimedDelivery): Promise<boolean> {
    const { store, outbox, alarm, self } = this.#parts;
    const isNew = enqueueDelivery(store, outbox, delivery, Date.now());
    await alarm.arm(self.settings);
    return isNew;
  }

  /** Sends a frame to everybody here, or to some. Kept, if the group keeps a stream, before it is sent. */
  async send(sending: Sending): Promise<Result<Sent, "key_reused">> {
    this.#members.reap(Date.now());
    const sent = await this.#burst.publish(sending);
    await this.#upkeep.keepGoing(false);
    return sent;
  }

  /** What there is to count of this group: since the object woke last, but for what is open and published. */
  samples(): readonly Sample[] {
    return this.#parts.samples();
  }

  look(): GroupState {
    const { alarm, self } = this.#parts;
    const push = alarm.push(self.settings);
    const nextPush = push === null ? null : nextTick(push, Date.now());
    return { ...this.#position(), ...countsOf(this.#parts.connections), nextPush };
  }

  /** How many there are, and of the connections, by their ids, those after the id `after`, at most `limit`. */
  connections(after: string, limit: number): Counts & { readonly listed: readonly ListedConnection[] } {
    const { connections } = this.#parts;
    return { ...countsOf(connections), listed: listConnections(connections, after, limit) };
  }

  /** What is kept, oldest first, behind the offset `after`, at most `limit`. */
  history(after: number, limit: number): PublicationList {
    const { kept, maxAge } = this.#parts;
    return { ...this.#position(), publications: kept.since(after, limit, Date.now(), maxAge) };
  }

  /** Ends one connection by its id; how many that were. */
  async disconnect(id: string): Promise<number> {
    const found = this.#parts.connections.withId(id);
    for (const connection of found) this.#members.end(connection, "disconnected");
    await this.#upkeep.keepGoing(false);
    return found.length;
  }

  async #receive(sender: Connection, text: string | null, now: number): Promise<void> {
    const { consumer, settings } = this.#parts.self;
    const effects = consumer.receive?.({ text, now, settings }) ?? [];
    await Promise.all(effects.map((effect) => this.#apply(effect, sender)));
  }

  async #answer(sender: Connection, text: string | null, now: number): Promise<void> {
    const { self, kept, maxAge } = this.#parts;
    const frame = await answer(text, {
      consumer: self.consumer,
      kept,
      member: memberOf(sender),
      now,
      maxAge,
      counts: () => countsOf(this.#parts.connections),
      users: (limit) => usersOf(this.#parts.connections, limit),
      publish: (effect) => this.#apply(effect, sender),
      refresh: (token) => this.#members.refresh(sender, token, now),
    });
    this.#parts.connections.send([sender], frame);
  }

  async #apply(effect: Effect, sender: Connection): Promise<Sent> {
    const id = this.#parts.connections.idOf(sender);
    const to = effect.to === "sender" ? ({ kind: "connection", id } as const) : ({ kind: "group" } as const);
    const sent = await this.#burst.publish({ frame: encode(effect.frame), to, exclude: null, once: null });
    if (!sent.ok) throw new Error("only what has a key can have been sent before");
    return sent.value;
  }

  /** Before a newcomer is told: what today's rules make of the order is everybody's news. */
  #revise(around: Surroundings): void {
    if (this.#parts.self.consumer.keeps !== "order") return;
    this.#ring(this.#parts.order.reevaluate(around));
  }

  #ring({ changed, order }: Change): void {
    if (!changed) return;
    const receivers = this.#parts.connections.receivers({ kind: "group" }, null);
    const frame = encode(orderFrame(this.#parts.self.key, order.status));
    this.#parts.deliver(receivers, [{ data: frame, position: this.#parts.order.position() }]);
  }

  #position(): Position | { readonly epoch: null; readonly offset: 0 } {
    return this.#parts.kept.position() ?? { epoch: null, offset: 0 };
  }
}
