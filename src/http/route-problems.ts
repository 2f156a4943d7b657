// Reasons of each route, by its handler. A response with any other fails the tests
// (test/support/route-problems.ts).
import type { ProblemReason } from "./problem.ts";

const group = ["unknown_group", "malformed_group", "group_unavailable"] as const;
const order = ["unknown_order", "group_unavailable"] as const;
const registration = ["bad_registration", "contradicts_payment", "order_erased"] as const;
const send = [
  ...(["not_json", "unknown_group", "unknown_event", "bad_event", "malformed_channel"] as const),
  ...(["bad_idempotency_key", "idempotency_key_reused", "group_unavailable"] as const),
] as const;

export const routeProblems = {
  connect: [
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
    "group_full",
    "group_unavailable",
  ],
  getDocument: ["unknown_path"],
  providerWebhook: ["unknown_provider"],
  merchantCallback: ["not_json", "unknown_order", "bad_callback", "order_erased", "order_full", "group_unavailable"],
  registerByOrderId: ["not_json", ...registration, "no_order_id_key", "group_unavailable"],
  registerByBiz: ["not_json", "unknown_order", ...registration, "group_unavailable"],
  getOrder: order,
  eraseOrder: order,
  sendToGroup: [...send, "malformed_group"],
  sendToUser: [...send, "malformed_group", "malformed_sub"],
  sendToChannel: send,
  sendBatch: ["not_json", "bad_batch"],
  getGroup: group,
  listConnections: [...group, "bad_query"],
  listPublications: [...group, "bad_query"],
  disconnect: ["unknown_group", "malformed_channel", "group_unavailable"],
  getMetrics: ["bad_query", ...group],
} as const satisfies Readonly<Record<string, readonly ProblemReason[]>>;
