// The numbers on a closed connection and in an error, and what a client makes of them. Shared by server, client and docs; sends nothing itself.

/** Close codes Belfry sends, by reason. 4000–4099 do not come back, 4100–4199 back off, 4200–4299 come back now. */
export const closeCodes = {
  /** The client left, and this is the answer: always 1000 with no reason, as Channels' server answers. */
  left: 1000,
  /** The client broke the WebSocket protocol (RFC 6455, 7.4.1). */
  protocol_error: 1002,
  /** One message was longer than its consumer takes, or than the platform does (32 MiB). */
  frame_too_large: 1009,
  /** A backend ended this connection. */
  disconnected: 4000,
  /** Pages of this origin may not connect. */
  origin_refused: 4003,
  /** No Origin, and neither an API key nor a token. */
  origin_missing: 4004,
  /** The group asks for a token, and none came. */
  token_missing: 4008,
  /** The token proves nothing. */
  token_invalid: 4009,
  /** The token is good, for other groups. */
  token_wrong_group: 4010,
  /** The group holds all the connections it may. */
  group_full: 4100,
  /** The token's subject holds all the connections to this group that it may. */
  subject_full: 4101,
  /** The group cannot be reached right now. */
  group_unavailable: 4102,
  /** A setting cannot be used: a matter for whoever runs the Worker. */
  bad_setting: 4103,
  /** The keys that tokens are verified with cannot be had right now. */
  token_keys_unavailable: 4104,
  /** The token begins later. */
  token_not_yet_valid: 4105,
  /** A fault of ours. */
  internal: 4106,
  /** Too many handshakes from one address. */
  too_many_upgrades: 4128,
  /** The connection sent more frames than anybody types. */
  too_many_frames: 4129,
  /** The connection sent heartbeats once and then none: taken for dead. A client that is still there comes back. */
  silent: 4201,
  /** The token has run out: come back with a new one. */
  token_expired: 4205,
} as const;

export type CloseReason = keyof typeof closeCodes;

/** What a client does after its connection was closed. */
export type Verdict = "stay_away" | "back_off" | "come_back";

/** By the code alone, so that a client knows what to do about a code that is younger than itself. */
export function verdictOf(code: number): Verdict {
  if (code >= 4000 && code <= 4099) return "stay_away";
  if (code >= 4200 && code <= 4299) return "come_back";
  return "back_off";
}

/** The codes of errors in `belfry.v1`: the numbers that HTTP gives the same reasons. A temporary one may be tried again as it is. */
export const errorCodes = {
  /** The frame is no request. */
  bad_request: [400, false],
  /** The token has run out, or the new one proves nothing. */
  token_refused: [401, false],
  /** The consumer does not take this request, or the token does not give the right to it. */
  not_allowed: [403, false],
  /** What was published cannot be used. */
  bad_event: [422, false],
  /** The token runs out: a `refresh` is due. */
  token_expires: [4205, true],
  /** The keys that tokens are verified with cannot be had right now. */
  unavailable: [503, true],
} as const satisfies Record<string, readonly [code: number, temporary: boolean]>;

export type ErrorReason = keyof typeof errorCodes;
