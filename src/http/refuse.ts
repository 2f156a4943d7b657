// A refusal, as whoever asked can hear it: problem+json, or, for belfry.v1, a connection that is closed with its code. Wakes no object.
import type { Context } from "hono";
import { closeCodes, type CloseReason } from "../core/codes.ts";
import { subprotocols } from "../core/frames.ts";
import { readHandshake } from "../core/handshake.ts";
import { note } from "../observe/note.ts";
import type { App } from "./app.ts";
import { problem, type Reason } from "./problem.ts";

/** Refuses a request, and notes it: `group` is the group it was for, where that is known. */
export function refuse({ env, req }: Context<App>, reason: Reason, told: Told = {}): Response {
  const { group, detail, log, headers } = told;
  note(env, { event: "refusal", reason, group: group ?? null, detail: log ?? detail ?? null });
  // A browser's WebSocket sees no HTTP status, and would try for ever.
  if (isCode(reason) && speaksV1(req.raw)) return closed(reason);
  return problem(reason, detail, headers);
}

/** Refuses for a setting that cannot be used: told by its name, never by its value. */
export function refuseSetting(c: Context<App>, setting: string, expected: string): Response {
  note(c.env, { event: "setting", reason: "bad_setting", setting, expected });
  return refuse(c, "bad_setting", { detail: `${setting} ${expected}` });
}

interface Told {
  readonly group?: string;
  /** For whoever asked. */
  readonly detail?: string;
  /** For the log, where that may know more. */
  readonly log?: string;
  readonly headers?: Record<string, string>;
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
