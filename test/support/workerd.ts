// Pages, a backend and controlled alarms for tests inside workerd.
import { env, exports } from "cloudflare:workers";
import { evictDurableObject, runInDurableObject } from "cloudflare:test";
import { onTestFinished, vi } from "vitest";
import { ADMISSION_HEADER, anybody, encodeAdmission, type Member } from "../../src/core/admission.ts";
import type { Mode } from "../../src/core/frames.ts";
import type { Group } from "../../src/group/group.ts";

const HOST = "http://belfry.localhost";

/** A new order id. Tests share objects, so each test uses its own group. */
export const newBiz = (): string => crypto.randomUUID().replaceAll("-", "");

/** A new group of the alarm consumer, with its path. */
export function newAlarmGroup(): { group: string; path: string; project: string } {
  const project = crypto.randomUUID();
  return { group: `alarm_${project}`, path: `/ws/alarm/${project}/`, project };
}

export const stubOf = (group: string): DurableObjectStub<Group> => env.GROUP.getByName(group);

/** A page with a WebSocket. Queues received frames until they are read. */
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

  /** Waits for the next frame. Returns it as text. */
  next(): Promise<string> {
    const frame = this.#frames.shift();
    return frame === undefined ? new Promise((resolve) => (this.#waiting = resolve)) : Promise.resolve(frame);
  }

  async nextJson(): Promise<unknown> {
    return JSON.parse(await this.next());
  }

  /** Waits for `count` publications, single or in batches. Returns their data. For pages in belfry.v1. */
  async nextPublished(count: number): Promise<unknown[]> {
    const published: unknown[] = [];
    while (published.length < count) {
      const frame = (await this.nextJson()) as { type: string; data?: unknown; items?: { data: unknown }[] };
      if (!frame.type.startsWith("publication"))
        throw new Error(`a publication was expected: ${JSON.stringify(frame)}`);
      published.push(...(frame.items ?? [frame as { data: unknown }]).map(({ data }) => data));
    }
    return published;
  }

  send(message: string | ArrayBuffer): void {
    this.#socket.send(message);
  }

  /** Closes as a browser does and waits for the server's close frame. */
  async leave(code = 1000): Promise<{ code: number; reason: string }> {
    if (this.#socket.readyState === WebSocket.OPEN) this.#socket.close(code);
    return this.closed;
  }
}

/** Requests a WebSocket. Returns the response, which may be a refusal. */
export const handshake = (path: string, headers: Record<string, string> = {}): Promise<Response> =>
  exports.default.fetch(`${HOST}${path}`, { headers: { Upgrade: "websocket", Origin: HOST, ...headers } });

/** Connects a page. Throws if the response is not 101. */
export async function connect(path: string, headers: Record<string, string> = {}): Promise<Page> {
  const response = await handshake(path, headers);
  if (response.webSocket === null) throw new Error(`no WebSocket: ${response.status} ${await response.text()}`);
  return new Page(response.webSocket);
}

/** Connects to a group as `member`, by the admission that the Worker would send with a token. */
export async function join(group: string, member: Partial<Member>, mode: Mode = "v1"): Promise<Page> {
  const admission = { mode, member: { ...anybody, seesMembers: true, ...member }, position: null };
  const headers = { Upgrade: "websocket", [ADMISSION_HEADER]: encodeAdmission(admission) };
  const { webSocket, status } = await stubOf(group).fetch("https://group/", { headers });
  if (webSocket === null) throw new Error(`no WebSocket: ${status}`);
  return new Page(webSocket);
}

/** A new group of the feed consumer, with its path. */
export function newFeed(): { group: string; path: string } {
  const name = crypto.randomUUID();
  return { group: `feed_${name}`, path: `/ws/feed/${name}/` };
}

/** Sends a request with the API key. A body is sent as JSON unless it is text. */
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

/** Sends a request without the API key. */
export const publicRequest = (path: string, init: RequestInit = {}): Promise<Response> =>
  exports.default.fetch(`${HOST}${path}`, init);

export const callback = (biz: string, body?: unknown): Promise<Response> => backend("POST", `/callback/${biz}/`, body);

export const getGroup = async (group: string): Promise<GroupView> => (await backend("GET", `/groups/${group}`)).json();

interface GroupView {
  readonly connections: number;
  readonly next_push: string | null;
  readonly position: { readonly epoch: string | null; readonly offset: number };
}

/** Sends an event to a group. Frames that a test does not expect would arrive before its frame. */
export async function sendMarker(group: string): Promise<string> {
  const marker = crypto.randomUUID();
  const response = await backend("POST", `/groups/${group}/send`, { type: "send.message", message: marker });
  if (!response.ok) throw new Error(`the marker was refused: ${await response.text()}`);
  return JSON.stringify(marker);
}

/** A time that the platform's alarms do not reach, so that alarms fire by `fireAlarm` only. */
const FAR_FUTURE = Date.UTC(2100, 0, 1);

/** Stops the clock for this test. `fireAlarm` and `vi.setSystemTime` advance it. */
export function stopClock(): void {
  vi.useFakeTimers({ toFake: ["Date"], now: FAR_FUTURE });
  onTestFinished(() => void vi.useRealTimers());
}

export const alarmTime = (group: string): Promise<number | null> =>
  runInDurableObject(stubOf(group), (_object, state) => state.storage.getAlarm());

/**
 * Fires a group's alarm as the platform does: at its time plus `late` ms, with its scheduled time.
 * `runDurableObjectAlarm` passes no scheduled time and does not advance the clock. Returns false if
 * the alarm is not set.
 */
export function fireAlarm(group: string, late = 0): Promise<boolean> {
  return runInDurableObject(stubOf(group), async (object, state) => {
    const scheduledTime = await state.storage.getAlarm();
    if (scheduledTime === null) return false;
    if (vi.isFakeTimers()) vi.setSystemTime(Math.max(Date.now(), scheduledTime + late));
    // The platform's own deletion costs no row. The prototype's method bypasses the counting of storage.ts.
    await (Object.getPrototypeOf(state.storage) as DurableObjectStorage).deleteAlarm.call(state.storage);
    await object.alarm({ scheduledTime, isRetry: false, retryCount: 0 });
    return true;
  });
}

/** Evicts a group's object unless it is asleep. Its connections stay open. */
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

/** Captures the error lines of the log during this test, in place of the console. */
export function captureErrors(): () => unknown[] {
  const spy = vi.spyOn(console, "error").mockImplementation(() => undefined);
  onTestFinished(() => spy.mockRestore());
  return () => spy.mock.calls.map(([line]) => JSON.parse(String(line)));
}
