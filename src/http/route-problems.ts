// Reasons of each route, for the API documents and the tests: a response with any other fails the
// test that it is in (test/support/route-problems.ts). The Worker carries none of it.
import type { ProblemReason } from "./problem.ts";
import type { Route, RouteName } from "./routes.ts";

const group = ["unknown_group", "malformed_group", "group_unavailable"] as const;
const order = ["unknown_order", "group_unavailable"] as const;
const registration = ["bad_registration", "contradicts_payment", "order_erased"] as const;
const send = [
  ...(["not_json", "unknown_group", "unknown_event", "bad_event", "malformed_channel"] as const),
  ...(["bad_idempotency_key", "idempotency_key_reused", "group_unavailable"] as const),
] as const;

const handlerProblems: Readonly<Record<RouteName, readonly ProblemReason[]>> = {
  "GET /healthz": [],
  "GET /openapi.json": ["unknown_path"],
  "GET /asyncapi.json": ["unknown_path"],
  "GET /ws/*": [
    "unsupported_protocol",
    "origin_refused",
    "origin_missing",
    "token_missing",
    "token_invalid",
    "token_wrong_group",
    "token_expired",
    "token_not_yet_valid",
    "token_keys_unavailable",
    "unknown_path",
    "upgrade_required",
    "too_many_upgrades",
    "subject_full",
    "address_full",
    "group_full",
    "group_unavailable",
  ],
  "POST /callbacks/:provider": ["unknown_provider"],
  "POST /callback/:biz/": [
    "not_json",
    "unknown_order",
    "bad_callback",
    "order_erased",
    "order_full",
    "group_unavailable",
  ],
  "PUT /orders": ["not_json", ...registration, "no_order_id_key", "group_unavailable"],
  "PUT /orders/:biz": ["not_json", "unknown_order", ...registration, "group_unavailable"],
  "GET /orders/:biz": order,
  "OPTIONS /orders/:biz": [],
  "DELETE /orders/:biz": order,
  "POST /groups/:group/send": [...send, "malformed_group"],
  "POST /groups/:group/users/:sub/send": [...send, "malformed_group", "malformed_sub"],
  "POST /channels/:channel/send": send,
  "POST /send": ["not_json", "bad_batch"],
  "POST /tickets": ["not_json", "bad_ticket", "unknown_group", "malformed_group", "no_token_secret"],
  "GET /groups/:group": group,
  "GET /groups/:group/connections": [...group, "bad_query"],
  "GET /groups/:group/history": [...group, "bad_query"],
  "DELETE /channels/:channel": ["unknown_group", "malformed_channel", "group_unavailable"],
  "GET /metrics": ["bad_query", ...group],
};

/** Every reason a route may respond with. */
export function problemsOf({ name, access, scope, maxBodyBytes }: Route<RouteName>): readonly ProblemReason[] {
  const needsKey = access === "api_key" || access === "api_key_or_signature";
  return [
    ...(needsKey ? (["unauthorized"] as const) : []),
    ...(scope === null ? [] : (["key_lacks_scope"] as const)),
    ...(access === "public" || name === "GET /ws/*" ? [] : (["too_many_requests"] as const)),
    ...(maxBodyBytes === null ? [] : (["body_too_large", "body_incomplete"] as const)),
    ...handlerProblems[name],
    ...ANY_ROUTE,
  ];
}

const ANY_ROUTE = ["internal", "bad_setting"] as const;
