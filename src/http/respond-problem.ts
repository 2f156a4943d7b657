// A refusal, as whoever asked can hear it: problem+json, or, for belfry.v1, a connection that is closed with its code. Wakes no object.
import { consumers } from "../consumers/index.ts";
import { closeCodes, type CloseReason } from "../core/codes.ts";
import { subprotocols } from "../core/frames.ts";
import { groupName } from "../core/group.ts";
import { readHandshake } from "../core/handshake.ts";
import { findByGroup } from "../core/route.ts";
import { note } from "../observe/note.ts";
import type { RouteContext } from "./context.ts";
import { problem, type Reason } from "./problem.ts";

/** Refuses a request, and notes it: there is no other way to refuse one. */
export function refuse(c: RouteContext, reason: Reason, told: Told = {}): Response {
  const { group, detail, log, headers } = told;
  const ms = Date.now() - c.var.startedAtMs;
  note(c.env, { event: "refusal", reason, group: group ?? groupIn(c), detail: log ?? detail ?? null, ms });
  // A browser's WebSocket sees no HTTP status, and would try for ever.
  if (isCode(reason) && speaksV1(c.req.raw)) return closed(reason);
  return problem(reason, detail, headers);
}

/** Refuses for a setting that cannot be used: told by its name, never by its value. */
export function refuseSetting(c: RouteContext, setting: string, expected: string): Response {
  note(c.env, { event: "setting", reason: "bad_setting", setting, expected });
  return refuse(c, "bad_setting", { detail: `${setting} ${expected}` });
}

interface Told {
  /** The group it was for, where the path does not name it. */
  readonly group?: string;
  /** For whoever asked. */
  readonly detail?: string;
  /** For the log, where that may know more. */
  readonly log?: string;
  readonly headers?: Record<string, string>;
}

/** The group that a request names in its path; null if it names none that is served. */
function groupIn(c: RouteContext): string | null {
  const { group, channel, biz }: Readonly<Record<string, string | undefined>> = c.req.param();
  const named = group ?? channel?.split("!")[0] ?? (biz === undefined ? "" : groupName("order", biz));
  const found = findByGroup(consumers, named);
  return found.ok ? found.value.group : null;
}

const isCode = (reason: Reason): reason is Reason & CloseReason => reason in closeCodes;

export const isUpgrade = (request: Request): boolean => request.headers.get("Upgrade")?.toLowerCase() === "websocket";

function speaksV1(request: Request): boolean {
  const handshake = readHandshake(request.headers.get("Sec-WebSocket-Protocol"));
  return isUpgrade(request) && handshake.ok && handshake.value.mode === "v1";
}

/** Accepted and closed at once, by the Worker itself. */
function closed(reason: CloseReason): Response {
  const [client, server] = Object.values(new WebSocketPair()) as [WebSocket, WebSocket]; // exactly two, by the platform's word
  server.accept();
  server.close(closeCodes[reason], reason);
  const headers = { "Sec-WebSocket-Protocol": subprotocols.v1 };
  return new Response(null, { status: 101, webSocket: client, headers });
}
