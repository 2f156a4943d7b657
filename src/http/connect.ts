// The way in for WebSockets: who is refused is refused here, before an object is woken. Holds no connection itself.
import { consumers } from "../consumers/index.ts";
import { ADMISSION_HEADER, encodeAdmission, type Admission } from "../core/admission.ts";
import { readHandshake } from "../core/handshake.ts";
import { readPosition } from "../core/position.ts";
import { findByPath } from "../core/route.ts";
import { note } from "../observe/note.ts";
import { admit } from "./authenticate.ts";
import { isUpgrade, refuse } from "./respond-problem.ts";
import type { RouteContext } from "./context.ts";

export async function connect(c: RouteContext): Promise<Response> {
  const request = c.req.raw;
  if (!isUpgrade(request)) return refuse(c, "upgrade_required", { detail: "connect with a WebSocket" });
  const handshake = readHandshake(request.headers.get("Sec-WebSocket-Protocol"));
  const url = new URL(request.url);
  const found = findByPath(consumers, url.pathname, freshKey);
  const admitted = await admit(c, found.ok ? found.value : null, handshake.ok ? handshake.value.bearer : null);
  const group = found.ok ? found.value.group : undefined;
  if (!admitted.ok) return refuse(c, admitted.reason.reason, { ...(group && { group }), ...admitted.reason });
  if (!found.ok) return refuse(c, found.reason);
  if (!handshake.ok) return refuse(c, handshake.reason, { detail: "offer belfry.v1 or belfry.plain, or none" });

  const { mode, echo } = handshake.value;
  const position = readPosition(url.searchParams.get("epoch"), url.searchParams.get("offset"));
  const admission: Admission = { mode, member: admitted.value, position };
  const headers = new Headers({ Upgrade: "websocket", [ADMISSION_HEADER]: encodeAdmission(admission) });
  if (echo !== null) headers.set("Sec-WebSocket-Protocol", echo);
  const response = await c.env.GROUP.getByName(found.value.group).fetch("https://group/", { headers });
  if (response.status !== 503) {
    note(c.env, {
      event: "connect",
      group: found.value.group,
      reason: "joined",
      mode,
      ms: Date.now() - c.var.startedAtMs,
    });
    return response;
  }
  // The one thing a group itself refuses for: it is full, for everybody or for this subject.
  const reason = (await response.text()) === "subject_full" ? "subject_full" : "group_full";
  return refuse(c, reason, { group: found.value.group });
}

const freshKey = (): string => crypto.randomUUID().replaceAll("-", "");
