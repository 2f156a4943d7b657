// Problem details (RFC 9457) of every refusal: reason, HTTP status and title.

/** Status and title by reason. Reasons are stable: responses, log and docs contain them. */
export const problems = {
  unsupported_protocol: [400, "None of the subprotocols offered is spoken here"],
  bad_host: [400, "The Host header is not a host name"],
  body_incomplete: [400, "The connection ended before the whole body had arrived"],
  not_json: [400, "The body is not JSON in UTF-8"],
  unauthorized: [401, "An API key is needed"],
  key_lacks_scope: [403, "The API key is for other acts"],
  origin_refused: [403, "Pages of this origin may not connect"],
  origin_missing: [403, "A client without an Origin needs an API key or a token"],
  token_missing: [403, "This group asks for a token"],
  token_invalid: [403, "The token proves nothing here"],
  token_wrong_group: [403, "The token is for other groups"],
  token_expired: [403, "The token has run out"],
  token_not_yet_valid: [403, "The token is not valid yet"],
  unknown_path: [404, "There is nothing here"],
  upgrade_required: [404, "There is only a WebSocket here"],
  unknown_group: [404, "No such group"],
  unknown_provider: [404, "No such provider, or it is not set up"],
  unknown_order: [404, "No order can have this id"],
  method_not_allowed: [405, "This method is not allowed here"],
  contradicts_payment: [409, "The order is paid already, and not with this amount"],
  order_erased: [410, "The order was erased, and its id is not used again"],
  body_too_large: [413, "The body is too large"],
  bad_batch: [422, "The batch cannot be used"],
  bad_item: [422, "The item cannot be used"],
  bad_idempotency_key: [422, "An Idempotency-Key is 1 to 200 visible characters of ASCII"],
  bad_callback: [422, "The callback cannot be used"],
  order_full: [422, "The order has as many facts as it can have"],
  bad_ticket: [422, "The ticket cannot be issued"],
  bad_registration: [422, "The registration cannot be used"],
  malformed_group: [422, "A group's name is 1 to 99 of A-Z a-z 0-9 . _ -"],
  malformed_channel: [422, "A channel is a group's name, an exclamation mark and 32 hex digits"],
  malformed_sub: [422, "A user's sub is a text of 1 to 200 characters, and neither . nor .."],
  bad_event: [422, "The event cannot be used"],
  unknown_event: [422, "The group takes no event of this type"],
  idempotency_key_reused: [422, "Something else was sent under this Idempotency-Key"],
  bad_query: [422, "The query cannot be used"],
  too_many_requests: [429, "Too many requests of this kind from this address in a short time"],
  too_many_upgrades: [429, "Too many connections from this address in a short time"],
  internal: [500, "A fault of ours"],
  bad_setting: [500, "A setting cannot be used"],
  no_token_secret: [503, "TOKEN_SECRET is not set, and tickets are signed with it"],
  no_order_id_key: [503, "ORDER_ID_KEY is not set, and the order's id is no biz"],
  token_keys_unavailable: [503, "The keys that tokens are verified with cannot be had right now"],
  subject_full: [503, "The token's subject holds all the connections to this group that it may"],
  address_full: [503, "The address holds all the connections to this group that it may without a token"],
  group_full: [503, "The group holds all the connections it can"],
  group_unavailable: [503, "The group cannot be reached right now"],
} as const satisfies Record<string, readonly [status: number, title: string]>;

export type ProblemReason = keyof typeof problems;

export interface Problem {
  readonly reason: ProblemReason;
  /** For the client's developer. Must contain no secret. */
  readonly detail?: string;
}

/** Members of a problem without `type`, as an item of a batch contains them. */
export function problemDetails(reason: ProblemReason, detail?: string) {
  const [status, title] = problems[reason];
  return { title, status, reason, ...(detail === undefined ? {} : { detail }) };
}

export function problemResponse(
  reason: ProblemReason,
  detail?: string,
  headers: Record<string, string> = {},
): Response {
  const body = { type: "about:blank", ...problemDetails(reason, detail) };
  return Response.json(body, {
    status: body.status,
    headers: { ...headers, "Content-Type": "application/problem+json", "X-Content-Type-Options": "nosniff" },
  });
}
