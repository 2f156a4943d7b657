// `POST /tickets`: a token of a minute for one group and one user, for pages that must not carry a long one.
import * as v from "valibot";
import { utf8 } from "../callbacks/bytes.ts";
import { describeIssue } from "../callbacks/merchant.ts";
import { hmacSign } from "../callbacks/signature.ts";
import type { JsonObject } from "../core/json.ts";
import { findByGroup } from "../core/route.ts";
import { formatIsoTime } from "../core/time.ts";
import { issueTicket, type Hmac } from "../tokens/issue.ts";
import { keyCovers, respondLacksScope } from "./api-key.ts";
import { readJson } from "./body.ts";
import type { RouteContext } from "./context.ts";
import { TicketRequest } from "./request-schemas.ts";
import { respondProblem } from "./respond-problem.ts";
import type { TicketResponse } from "./response-schemas.ts";

export async function createTicket(c: RouteContext): Promise<Response> {
  const body = await readJson(c.req.raw);
  if (!body.ok) return respondProblem(c, body.reason);
  const request = v.safeParse(TicketRequest, body.value);
  if (!request.success) return respondProblem(c, "bad_ticket", { detail: describeIssue(request.issues[0]) });
  const { group, sub, publish, info } = request.output;
  const found = findByGroup(c.var.installation.consumers, group);
  if (!found.ok) return respondProblem(c, found.reason);
  if (!keyCovers(c, group)) return respondLacksScope(c, `publish:${group}`);
  const claims = { sub, groups: [group], publish, info } as JsonObject; // `info` is JSON: it was parsed
  const ticket = await issueTicket(claims, c.var.settings.tokens, c.var.startedAtMs, hmac);
  if (!ticket.ok) {
    return ticket.reason === "no_token_secret"
      ? respondProblem(c, ticket.reason)
      : respondProblem(c, "bad_ticket", { detail: ticket.reason.detail });
  }
  const { token, expiresAt } = ticket.value;
  return c.json({ token, expires_at: formatIsoTime(expiresAt) } satisfies TicketResponse);
}

const hmac: Hmac = (text, secret) => hmacSign(utf8(secret), utf8(text));
