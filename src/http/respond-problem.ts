// Problem responses: logs the refusal and sends problem+json, or closes a belfry.v1 connection with
// its code.
import { closeCodes, type CloseReason } from "../core/codes.ts";
import { subprotocols } from "../core/frames.ts";
import { groupName } from "../core/group.ts";
import { readHandshake } from "../core/handshake.ts";
import { findByGroup } from "../core/route.ts";
import { log } from "../observe/log.ts";
import type { RouteContext } from "./context.ts";
import { problemResponse, type ProblemReason } from "./problem.ts";

export interface RefusalDetails {
  /** The group's name, where the path does not contain it. */
  readonly group?: string;
  /** `detail` of the response. */
  readonly detail?: string;
  /** `detail` of the log line, if it differs from the response's. */
  readonly log?: string;
  readonly headers?: Record<string, string>;
}

/** Logs and sends one problem. Every refusal of a route goes through here. */
export function respondProblem(c: RouteContext, reason: ProblemReason, details: RefusalDetails = {}): Response {
  const { group, detail, log: logDetail, headers } = details;
  const ms = Date.now() - c.var.startedAtMs;
  log(c.env, { event: "refusal", reason, group: group ?? groupInPath(c), detail: logDetail ?? detail ?? null, ms });
  // A WebSocket in a browser hides the HTTP status: the client would retry a final refusal for
  // ever.
  if (isCloseReason(reason) && isV1Handshake(c.req.raw)) return closedConnection(reason);
  return problemResponse(reason, detail, headers);
}

/**
 * Responds for an invalid setting. Names the setting and the expected value; its actual value may
 * be a secret.
 */
export function respondBadSetting(c: RouteContext, setting: string, expected: string): Response {
  log(c.env, { event: "setting", reason: "bad_setting", setting, expected });
  return respondProblem(c, "bad_setting", { detail: `${setting} ${expected}` });
}

/** The group in the request's path; null if the path names none. */
export function groupInPath(c: RouteContext): string | null {
  const { group, channel, biz }: Readonly<Record<string, string | undefined>> = c.req.param();
  const name = group ?? channel?.split("!")[0] ?? (biz === undefined ? "" : groupName("order", biz));
  const found = findByGroup(c.var.installation.consumers, name);
  return found.ok ? found.value.group : null;
}

const isCloseReason = (reason: ProblemReason): reason is ProblemReason & CloseReason => reason in closeCodes;

export const isUpgrade = (request: Request): boolean => request.headers.get("Upgrade")?.toLowerCase() === "websocket";

function isV1Handshake(request: Request): boolean {
  const handshake = readHandshake(request.headers.get("Sec-WebSocket-Protocol"));
  return isUpgrade(request) && handshake.ok && handshake.value.mode === "v1";
}

/** Accepts the connection and closes it at once. */
function closedConnection(reason: CloseReason): Response {
  const [client, server] = Object.values(new WebSocketPair()) as [WebSocket, WebSocket]; // a pair by definition
  server.accept();
  server.close(closeCodes[reason], reason);
  const headers = { "Sec-WebSocket-Protocol": subprotocols.v1 };
  return new Response(null, { status: 101, webSocket: client, headers });
}
