// One group, as a Durable Object: handlers of the platform and RPC methods. Rules are in core/ and consumers/.
import { DurableObject } from "cloudflare:workers";
import type { Effect } from "../consumers/consumer.ts";
import { ADMISSION_HEADER, decodeAdmission } from "../core/admission.ts";
import type { Sample } from "../core/counters.ts";
import type { Arrival, Claim, Orphan, OrphanResult } from "../core/delivery.ts";
import { dueJobs, FAULT_PAUSE_MS } from "../core/due.ts";
import { encode, HEARTBEAT, orderFrame, type Counts } from "../core/frames.ts";
import type {
  GroupApi,
  GroupState,
  ListedConnection,
  PublicationList,
  RecordReply,
  SendRequest,
  SendResult,
  UnclaimedDelivery,
} from "../core/group-api.ts";
import { MESSAGE_LENGTH } from "../core/limits.ts";
import { errorText } from "../core/log.ts";
import type { OrderRecord } from "../core/order-view.ts";
import type { Position } from "../core/position.ts";
import type { Registration } from "../core/registration.ts";
import { consumeRelay } from "../core/rate.ts";
import { ok, type Result } from "../core/result.ts";
import { nextTick } from "../core/schedule.ts";
import type { BelfryEnv } from "../env.ts";
import type { Installation } from "../installation.ts";
import { GroupContext } from "./context.ts";
import type { PublishOutcome } from "./publishing/publish.ts";
import { runJobs } from "./schedule/jobs.ts";
import { consumeFrameBudget, memberOf } from "./sockets/attachment.ts";
import type { Connection } from "./sockets/connections.ts";
import { countsOf, listConnections, usersOf } from "./sockets/list.ts";
import { respond } from "./sockets/requests.ts";

export class Group extends DurableObject<BelfryEnv> implements GroupApi {
  readonly #context: GroupContext;
  /** When the budget of relayed messages is full again, in ms; 0 since waking. */
  #relayFullAt = 0;

  constructor(ctx: DurableObjectState, env: BelfryEnv, installation: Installation) {
    super(ctx, env);
    this.#context = new GroupContext(ctx, env, installation);
    ctx.setWebSocketAutoResponse(new WebSocketRequestResponsePair(HEARTBEAT, HEARTBEAT));
  }

  /** Accepts a connection that the Worker has admitted. The Worker chose the `Sec-WebSocket-Protocol` to return. */
  override async fetch(request: Request): Promise<Response> {
    const admission = decodeAdmission(request.headers.get(ADMISSION_HEADER) ?? "");
    const { members, connections, lifecycle, alarm, isOrder } = this.#context;
    const orders = isOrder ? this.#context.orders : null;
    const conditions = orders === null ? await alarm.load() : await orders.intake.conditions();
    const now = Date.now();
    members.closeSilent(now);
    const isFirst = connections.count === 0;
    const limit = members.limitReached(admission.member);
    // Re-evaluate the order under the current settings before greeting a new member; notify all
    // members if its status changed.
    if (limit === null && orders !== null && conditions !== undefined)
      orders.intake.notifyMembers(orders.order.reevaluate(conditions));
    const admitted = limit === null ? members.admit(admission, now) : null;
    try {
      // After a rejection too: silent members may have been closed.
      await (isFirst ? lifecycle.start() : lifecycle.sync());
    } catch (error) {
      // The client receives an error instead of the 101, so its connection must not stay a member.
      if (admitted !== null) connections.drop(admitted.server);
      throw error;
    }
    if (admitted === null) return new Response(limit ?? "group_full", { status: 503 });
    const protocol = request.headers.get("Sec-WebSocket-Protocol");
    const headers = protocol === null ? {} : { "Sec-WebSocket-Protocol": protocol };
    return new Response(null, { status: 101, webSocket: admitted.client, headers });
  }

  override async webSocketMessage(socket: WebSocket, message: string | ArrayBuffer): Promise<void> {
    // Messages that were in transit when the connection was closed are dropped.
    if (socket.readyState !== WebSocket.OPEN) return;
    const { members, connections, consumer, lifecycle } = this.#context;
    const now = Date.now();
    const length = typeof message === "string" ? message.length : message.byteLength;
    const text = typeof message === "string" ? message : null;
    if (length > (consumer.messageLength ?? MESSAGE_LENGTH)) members.close(socket, "frame_too_large");
    else if (!consumeFrameBudget(socket, length, now)) members.close(socket, "too_many_frames");
    else if (connections.modeOf(socket) === "v1") await this.#respond(socket, text, now);
    else await this.#receive(socket, text, now);
    await lifecycle.sync();
  }

  override async webSocketClose(socket: WebSocket): Promise<void> {
    // The client stays in CLOSING until the server closes too: web_socket_auto_reply_to_close does not
    // apply to hibernatable sockets (workerd 1.20261023). Always 1000 without a reason, as Channels.
    this.#context.members.close(socket, "left");
    await this.#context.lifecycle.sync();
  }

  override async webSocketError(socket: WebSocket, error: unknown): Promise<void> {
    this.#context.members.close(socket, String(error).includes("1009") ? "frame_too_large" : "protocol_error");
    await this.#context.lifecycle.sync();
  }

  override async alarm(info?: AlarmInvocationInfo): Promise<void> {
    const now = Date.now();
    const { alarm, dueTimes, jobHandlers, log, name } = this.#context;
    alarm.invalidate();
    // Alarms are delivered at least once. No alarm is set during the first delivery, so a future one
    // means this delivery is a repeat: ignore it.
    if (((await this.ctx.storage.getAlarm()) ?? 0) > now) return;
    if (!this.#context.hasValidSettings) return this.ctx.storage.setAlarm(now + FAULT_PAUSE_MS);
    const { members, lifecycle, ticker } = this.#context;
    members.closeSilent(now);
    await lifecycle.sync();
    const push = alarm.push();
    // The next alarm is set: it fires whatever becomes of this one. Frames sent below leave once that
    // write is durable.
    const tick = push === null ? null : ticker.run(push, info?.scheduledTime ?? 0, now);
    const jobs = dueJobs(dueTimes.current, now);
    const onError = (job: string, error: unknown) =>
      log({ event: "fault", reason: "internal", route: `${name} ${job}`, detail: errorText(error) });
    await Promise.all([tick, runJobs(jobs, jobHandlers, dueTimes, onError)]);
    if (jobs.length === 0) return;
    await lifecycle.sync();
    await alarm.syncAfterJobs(now);
  }

  async record(arrivals: readonly Arrival[]): Promise<RecordReply> {
    const { orders, key, alarm, members } = this.#context;
    const conditions = await orders.intake.conditions();
    members.closeSilent(conditions.now);
    const recorded = orders.order.recordFacts(arrivals, conditions);
    orders.intake.notifyMembers(recorded);
    await alarm.sync();
    return { frame: orderFrame(key, recorded.order.status), result: recorded.result };
  }

  async register(registration: Registration): Promise<Result<OrderRecord, "contradicts" | "erased">> {
    const { orders, alarm } = this.#context;
    const registered = orders.order.register(registration, await orders.intake.conditions());
    if (!registered.ok) return registered;
    orders.intake.notifyMembers(registered.value);
    await alarm.sync();
    return ok(orders.order.record());
  }

  order(): OrderRecord {
    return this.#context.orders.order.record();
  }

  isKnown(): boolean {
    return this.#context.orders.order.isKnown;
  }

  isTaken(): boolean {
    return this.#context.orders.order.isTaken;
  }

  async erase(): Promise<void> {
    await this.#context.orders.eraser.erase(Date.now());
  }

  claimOf(payment: string): Claim | null {
    return this.#context.index.claimOf(payment);
  }

  claim(payment: string, biz: string): Claim {
    const { storage, index } = this.#context;
    return storage.transaction(() => index.claim(payment, biz));
  }

  storeOrphan(payment: string, orphan: Orphan): OrphanResult {
    const { storage, index } = this.#context;
    return storage.transaction(() => index.storeOrphan(payment, orphan, Date.now()));
  }

  releaseOrphans(payment: string, keys: readonly string[]): void {
    const { storage, index } = this.#context;
    storage.transaction(() => index.release(payment, keys));
  }

  eraseClaim(payment: string, biz: string): void {
    const { storage, index } = this.#context;
    storage.transaction(() => index.erase(payment, biz));
  }

  async enqueueDelivery(delivery: UnclaimedDelivery): Promise<boolean> {
    const isNew = this.#context.orders.forwarder.enqueueDelivery(delivery, Date.now());
    await this.#context.alarm.sync();
    return isNew;
  }

  async send(request: SendRequest): Promise<PublishOutcome> {
    const { members, queue, lifecycle } = this.#context;
    members.closeSilent(Date.now());
    const sent = await queue.publish(request);
    await lifecycle.sync();
    return sent;
  }

  async sendAll(requests: readonly SendRequest[]): Promise<readonly PublishOutcome[]> {
    const { members, queue, lifecycle } = this.#context;
    members.closeSilent(Date.now());
    const sent = await queue.publishAll(requests);
    await lifecycle.sync();
    return sent;
  }

  samples(): readonly Sample[] {
    return this.#context.samples();
  }

  state(): GroupState {
    const { alarm, connections } = this.#context;
    const push = alarm.push();
    const nextPush = push === null ? null : nextTick(push, Date.now());
    return { ...this.#position(), ...countsOf(connections), nextPush };
  }

  connections(after: string, limit: number): Counts & { readonly listed: readonly ListedConnection[] } {
    const { connections } = this.#context;
    return { ...countsOf(connections), listed: listConnections(connections, after, limit) };
  }

  history(after: number, limit: number): PublicationList {
    const { publications, maxAgeMs } = this.#context;
    return { ...this.#position(), publications: publications.since(after, limit, Date.now(), maxAgeMs) };
  }

  async disconnect(id: string): Promise<number> {
    const { connections, members, lifecycle } = this.#context;
    const found = connections.withId(id);
    for (const connection of found) members.close(connection, "disconnected");
    await lifecycle.sync();
    return found.length;
  }

  async #receive(sender: Connection, text: string | null, now: number): Promise<void> {
    const { consumer, settings } = this.#context;
    const effects = consumer.receive?.({ text, now, settings }) ?? [];
    await Promise.all(effects.map((effect) => this.#apply(effect, sender)));
  }

  async #respond(sender: Connection, text: string | null, now: number): Promise<void> {
    const { consumer, publications, maxAgeMs, connections, members } = this.#context;
    const frame = await respond(text, {
      consumer,
      publications,
      member: memberOf(sender),
      now,
      maxAgeMs,
      counts: () => countsOf(connections),
      users: (limit) => usersOf(connections, limit),
      publish: (effect) => this.#apply(effect, sender),
      refresh: (token) => members.refresh(sender, token, now),
    });
    connections.send([sender], frame);
  }

  /** Publishes the effect of a message. Closes the sender and returns null if the relay budget is used up. */
  async #apply(effect: Effect, sender: Connection): Promise<SendResult | null> {
    const frame = encode(effect.frame);
    if (effect.to === "group" && !this.#consumeRelayBudget(frame.length)) {
      this.#context.members.close(sender, "too_many_frames");
      return null;
    }
    const id = this.#context.connections.idOf(sender);
    const to = effect.to === "sender" ? ({ kind: "connection", id } as const) : ({ kind: "group" } as const);
    const request = { frame, to, exclude: null, idempotency: null };
    const sent = await this.#context.queue.publish(request);
    if (!sent.ok) throw new Error("a request without an idempotency key cannot reuse one");
    return sent.value;
  }

  /** Only in open groups: elsewhere a token's subject answers for its messages. */
  #consumeRelayBudget(length: number): boolean {
    if (this.#context.consumer.access === "token") return true;
    const fullAt = consumeRelay(this.#relayFullAt, Date.now(), length);
    if (fullAt !== null) this.#relayFullAt = fullAt;
    return fullAt !== null;
  }

  #position(): Position | { readonly epoch: null; readonly offset: 0 } {
    return this.#context.publications.position() ?? { epoch: null, offset: 0 };
  }
}
