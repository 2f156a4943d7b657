// Close codes and error codes, and a client's reaction to them. Shared by server, client and docs.

/**
 * Close codes that Belfry sends, by reason. After 4000–4099 a client stays away, after 4100–4199 it
 * backs off, after 4200–4299 it reconnects at once.
 */
export const closeCodes = {
  /** Reply to the client's own close: always 1000 without a reason, as Channels' server replies. */
  left: 1000,
  /** The client broke the WebSocket protocol (RFC 6455, 7.4.1). */
  protocol_error: 1002,
  /** A message is longer than its consumer or the platform (32 MiB) accepts. */
  frame_too_large: 1009,
  /** A backend closed this connection. */
  disconnected: 4000,
  /** The page's origin is not allowed. */
  origin_refused: 4003,
  /** The request has neither an Origin nor an API key nor a token. */
  origin_missing: 4004,
  /** The group requires a token, and the request has none. */
  token_missing: 4008,
  /** The token is invalid. */
  token_invalid: 4009,
  /** The token is valid for other groups. */
  token_wrong_group: 4010,
  /** The group has reached its maximum of connections. */
  group_full: 4100,
  /** The token's subject has reached its maximum of connections to this group. */
  subject_full: 4101,
  /** The group is temporarily unreachable. */
  group_unavailable: 4102,
  /** A setting is invalid: the Worker's operator has to correct it. */
  bad_setting: 4103,
  /** The keys for verifying tokens are temporarily unavailable. */
  token_keys_unavailable: 4104,
  /** The token's `nbf` is in the future. */
  token_not_yet_valid: 4105,
  /** An internal error of Belfry. */
  internal: 4106,
  /** The address has its maximum of connections without a token to this group. */
  address_full: 4107,
  /** Too many handshakes from one address. */
  too_many_upgrades: 4128,
  /** The connection sent more frames than the limit allows. */
  too_many_frames: 4129,
  /**
   * The connection has stopped sending heartbeats and is considered dead. A live client reconnects.
   */
  silent: 4201,
  /** The token has expired: reconnect with a new one. */
  token_expired: 4205,
} as const;

export type CloseReason = keyof typeof closeCodes;

/** The client's reaction to a closed connection. */
export type Verdict = "stay_away" | "back_off" | "come_back";

/** Decides by range, so that a client handles codes that were added after its release. */
export function verdictOf(code: number): Verdict {
  if (code >= 4000 && code <= 4099) return "stay_away";
  if (code >= 4200 && code <= 4299) return "come_back";
  return "back_off";
}

/**
 * Error codes in `belfry.v1`: the HTTP status for the same reason, or a close code. A temporary
 * error allows the same request again.
 */
export const errorCodes = {
  /** The frame is not a request. */
  bad_request: [400, false],
  /** The token has expired, or the new one is invalid. */
  token_refused: [401, false],
  /** The consumer does not support this request, or the token does not permit it. */
  not_allowed: [403, false],
  /** The published data is invalid. */
  bad_event: [422, false],
  /** The token is about to expire: send a `refresh`. */
  token_expires: [4205, true],
  /** The keys for verifying tokens are temporarily unavailable. */
  unavailable: [503, true],
} as const satisfies Record<string, readonly [code: number, temporary: boolean]>;

export type ErrorReason = keyof typeof errorCodes;
