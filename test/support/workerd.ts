// Plumbing for tests inside workerd: pages that connect, a backend that posts, an alarm that rings when told to.
import { env, exports } from "cloudflare:workers";
import { evictDurableObject, runInDurableObject } from "cloudflare:test";
import { onTestFinished, vi } from "vitest";
import { ADMISSION_HEADER, anybody, encodeAdmission, type Member } from "../../src/core/admission.ts";
import type { Mode } from "../../src/core/frames.ts";
import type { Group } from "../../src/group/group.ts";

const HOST = "http://belfry.test";

/** A fresh order id, so that no test meets another's group. */
export const newBiz = (): string => crypto.randomUUID().replaceAll("-", "");

/** A fresh name for a group of the alarm consumer, and the path that leads to it. */
export function newAlarmGroup(): { group: string; path: string; project: string } {
  const project = crypto.randomUUID();
  return { group: `alarm_${project}`, path: `/ws/alarm/${project}/`, project };
}

export const stubOf = (group: string): DurableObjectStub<Group> => env.GROUP.getByName(group);

/** A page with its WebSocket. Frames wait in order until somebody asks for them. */
export class Page {
  readonly #socket: WebSocket;
  readonly #frames: string[] = [];
  #waiting: ((frame: string) => void) | null = null;
  readonly closed: Promise<{ code: number; reason: string }>;

  constructor(socket: WebSocket) {
    this.#socket = socket;
    socket.addEventListener("message", ({ data }) => {
      const frame = String(data);
      if (this.#waiting === null) this.#frames.push(frame);
      else this.#waiting(frame);
      this.#waiting = null;
    });
    this.closed = new Promise((resolve) => {
      socket.addEventListener("close", ({ code, reason }) => resolve({ code, reason }));
    });
    socket.accept();
    onTestFinished(async () => void (await this.leave()));
  }

  /** The next frame as text; waits for it as long as the test may run. */
  next(): Promise<string> {
    const frame = this.#frames.shift();
    return frame === undefined ? new Promise((resolve) => (this.#waiting = resolve)) : Promise.resolve(frame);
  }

  async nextJson(): Promise<unknown> {
    return JSON.parse(await this.next());
  }

  /** What the next `count` publications say, whether they come one by one or several at once. For pages in belfry.v1. */
  async nextPublished(count: number): Promise<unknown[]> {
    const told: unknown[] = [];
    while (told.length < count) {
      const frame = (await this.nextJson()) as { type: string; data?: unknown; items?: { data: unknown }[] };
      if (!frame.type.startsWith("publication"))
        throw new Error(`a publication was expected: ${JSON.stringify(frame)}`);
      told.push(...(frame.items ?? [frame as { data: unknown }]).map(({ data }) => data));
    }
    return told;
  }

  send(message: string | ArrayBuffer): void {
    this.#socket.send(message);
  }

  /** Closes as a browser does and waits for the server's answer. */
  async leave(code = 1000): Promise<{ code: number; reason: string }> {
    if (this.#socket.readyState === WebSocket.OPEN) this.#socket.close(code);
    return this.closed;
  }
}

/** Asks for a WebSocket and gives back the answer as it is, a refusal too. */
export const handshake = (path: string, headers: Record<string, string> = {}): Promise<Response> =>
  exports.default.fetch(`${HOST}${path}`, { headers: { Upgrade: "websocket", Origin: HOST, ...headers } });

/** Connects a page; anything but 101 fails the test. */
export async function connect(path: string, headers: Record<string, string> = {}): Promise<Page> {
  const response = await handshake(path, headers);
  if (response.webSocket === null) throw new Error(`no WebSocket: ${response.status} ${await response.text()}`);
  return new Page(response.webSocket);
}

/** Connects to a group as the member whom a token would have let in, by what the Worker tells the group of it. */
export async function join(group: string, member: Partial<Member>, mode: Mode = "v1"): Promise<Page> {
  const admission = { mode, member: { ...anybody, ...member }, position: null };
  const headers = { Upgrade: "websocket", [ADMISSION_HEADER]: encodeAdmission(admission) };
  const { webSocket, status } = await stubOf(group).fetch("https://group/", { headers });
  if (webSocket === null) throw new Error(`no WebSocket: ${status}`);
  return new Page(webSocket);
}

/** A fresh feed: its group, and the path that leads to it. */
export function newFeed(): { group: string; path: string } {
  const name = crypto.randomUUID();
  return { group: `feed_${name}`, path: `/ws/feed/${name}/` };
}

/** A request with the API key; a body is sent as JSON unless it is text already. */
export function backend(
  method: string,
  path: string,
  body?: unknown,
  headers: Record<string, string> = {},
): Promise<Response> {
  const text = body === undefined || typeof body === "string" ? body : JSON.stringify(body);
  return exports.default.fetch(`${HOST}${path}`, {
    method,
    headers: { Authorization: `Bearer ${env.API_KEYS}`, ...headers },
    ...(text === undefined ? {} : { body: text }),
  });
}

/** A request as anyone could make it. */
export const anyone = (path: string, init: RequestInit = {}): Promise<Response> =>
  exports.default.fetch(`${HOST}${path}`, init);

export const callback = (biz: string, body?: unknown): Promise<Response> => backend("POST", `/callback/${biz}/`, body);

export const look = async (group: string): Promise<GroupView> => (await backend("GET", `/groups/${group}`)).json();

interface GroupView {
  readonly connections: number;
  readonly next_push: string | null;
  readonly position: { readonly epoch: string | null; readonly offset: number };
}

/** Sends a frame into a group by its event, to see what comes next: whatever should not have come would come before it. */
export async function mark(group: string): Promise<string> {
  const mark = crypto.randomUUID();
  const response = await backend("POST", `/groups/${group}/send`, { type: "send.message", message: mark });
  if (!response.ok) throw new Error(`the mark was refused: ${await response.text()}`);
  return JSON.stringify(mark);
}

/** A moment no alarm of the platform reaches by itself, so that `ring` alone decides when an alarm rings. */
const FAR_FUTURE = Date.UTC(2100, 0, 1);

/** Stops the clock for this test: it moves with `ring` and `vi.setSystemTime`. */
export function stopClock(): void {
  vi.useFakeTimers({ toFake: ["Date"], now: FAR_FUTURE });
  onTestFinished(() => void vi.useRealTimers());
}

export const armedAt = (group: string): Promise<number | null> =>
  runInDurableObject(stubOf(group), (_object, state) => state.storage.getAlarm());

/**
 * Rings a group's alarm as the platform does: when its time has come (`late` ms later, if given), telling what it was set for.
 * `runDurableObjectAlarm` tells no time and rings whenever it is called. False if no alarm is set.
 */
export function ring(group: string, late = 0): Promise<boolean> {
  return runInDurableObject(stubOf(group), async (object, state) => {
    const scheduledTime = await state.storage.getAlarm();
    if (scheduledTime === null) return false;
    if (vi.isFakeTimers()) vi.setSystemTime(Math.max(Date.now(), scheduledTime + late));
    // What the platform does as it rings costs the object no row, so a test that counts rows must not see it.
    await (Object.getPrototypeOf(state.storage) as DurableObjectStorage).deleteAlarm.call(state.storage);
    await object.alarm({ scheduledTime, isRetry: false, retryCount: 0 });
    return true;
  });
}

/** Puts a group's object to sleep, its connections kept; one that sleeps already is left alone. */
export async function evict(group: string): Promise<void> {
  try {
    await evictDurableObject(stubOf(group));
  } catch (error) {
    if (!String(error).includes("not currently running")) throw error;
  }
}

/** True if the group's object is asleep. */
export const isAsleep = (group: string): Promise<boolean> =>
  evictDurableObject(stubOf(group)).then(
    () => false,
    () => true,
  );

/** The lines of the log that this test causes; they go nowhere else. */
export function logged(): () => unknown[] {
  const spy = vi.spyOn(console, "error").mockImplementation(() => undefined);
  onTestFinished(() => spy.mockRestore());
  return () => spy.mock.calls.map(([line]) => JSON.parse(String(line)));
}
