// `GET /ws/*`: authenticates a WebSocket handshake and forwards it. A refused handshake wakes no
// object.
import { ADMISSION_HEADER, encodeAdmission, type Admission, type LimitReached } from "../core/admission.ts";
import { readHandshake } from "../core/handshake.ts";
import { readPosition } from "../core/position.ts";
import { findByPath } from "../core/route.ts";
import { log } from "../observe/log.ts";
import { authenticate } from "./authenticate.ts";
import type { RouteContext } from "./context.ts";
import { canExist } from "./existence.ts";
import { isUpgrade, respondProblem } from "./respond-problem.ts";
import { groupOf } from "../env.ts";

export async function connect(c: RouteContext): Promise<Response> {
  const request = c.req.raw;
  if (!isUpgrade(request)) return respondProblem(c, "upgrade_required", { detail: "connect with a WebSocket" });
  const handshake = readHandshake(request.headers.get("Sec-WebSocket-Protocol"));
  const url = new URL(request.url);
  const found = findByPath(c.var.installation.consumers, url.pathname, randomKey);
  const member = await authenticate(c, found.ok ? found.value : null, handshake.ok ? handshake.value.bearer : null);
  const group = found.ok ? found.value.group : undefined;
  if (!member.ok) return respondProblem(c, member.reason.reason, { ...(group && { group }), ...member.reason });
  if (!found.ok) return respondProblem(c, found.reason);
  if (!(await canExist(c, found.value))) return respondProblem(c, "unknown_path", { group: found.value.group });
  if (!handshake.ok) return respondProblem(c, handshake.reason, { detail: "offer belfry.v1 or belfry.plain, or none" });

  const { mode, echo } = handshake.value;
  const position = readPosition(url.searchParams.get("epoch"), url.searchParams.get("offset"));
  const admission: Admission = { mode, member: member.value, position };
  const headers = new Headers({ Upgrade: "websocket", [ADMISSION_HEADER]: encodeAdmission(admission) });
  if (echo !== null) headers.set("Sec-WebSocket-Protocol", echo);
  const response = await groupOf(c.env, found.value.group).fetch("https://group/", { headers });
  if (response.status !== 503) {
    const ms = Date.now() - c.var.startedAtMs;
    log(c.env, { event: "connect", group: found.value.group, reason: "joined", mode, ms });
    return response;
  }
  return respondProblem(c, limitOf(await response.text()), { group: found.value.group });
}

/** The limit that a group's 503 names. */
const limitOf = (text: string): LimitReached =>
  text === "subject_full" || text === "address_full" ? text : "group_full";

const randomKey = (): string => crypto.randomUUID().replaceAll("-", "");
