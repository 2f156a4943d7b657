/** Close codes Belfry sends, by reason. 4000–4099 do not come back, 4100–4199 back off, 4200–4299 come back now. */
export declare const closeCodes: {
  /** The client left, and this is the answer: always 1000 with no reason, as Channels' server answers. */
  readonly left: 1000;
  /** The client broke the WebSocket protocol (RFC 6455, 7.4.1). */
  readonly protocol_error: 1002;
  /** One message was longer than its consumer takes, or than the platform does (32 MiB). */
  readonly frame_too_large: 1009;
  /** A backend ended this connection. */
  readonly disconnected: 4000;
  /** Pages of this origin may not connect. */
  readonly origin_refused: 4003;
  /** No Origin, and neither an API key nor a token. */
  readonly origin_missing: 4004;
  /** The group asks for a token, and none came. */
  readonly token_missing: 4008;
  /** The token proves nothing. */
  readonly token_invalid: 4009;
  /** The token is good, for other groups. */
  readonly token_wrong_group: 4010;
  /** The group holds all the connections it may. */
  readonly group_full: 4100;
  /** The token's subject holds all the connections to this group that it may. */
  readonly subject_full: 4101;
  /** The group cannot be reached right now. */
  readonly group_unavailable: 4102;
  /** A setting cannot be used: a matter for whoever runs the Worker. */
  readonly bad_setting: 4103;
  /** The keys that tokens are verified with cannot be had right now. */
  readonly token_keys_unavailable: 4104;
  /** The token begins later. */
  readonly token_not_yet_valid: 4105;
  /** A fault of ours. */
  readonly internal: 4106;
  /** Too many handshakes from one address. */
  readonly too_many_upgrades: 4128;
  /** The connection sent more frames than anybody types. */
  readonly too_many_frames: 4129;
  /** The connection sent heartbeats once and then none: taken for dead. A client that is still there comes back. */
  readonly silent: 4201;
  /** The token has run out: come back with a new one. */
  readonly token_expired: 4205;
};
export type CloseReason = keyof typeof closeCodes;
/** What a client does after its connection was closed. */
export type Verdict = "stay_away" | "back_off" | "come_back";
/** By the code alone, so that a client knows what to do about a code that is younger than itself. */
export declare function verdictOf(code: number): Verdict;
/** The codes of errors in `belfry.v1`: the numbers that HTTP gives the same reasons. A temporary one may be tried again as it is. */
export declare const errorCodes: {
  /** The frame is no request. */
  readonly bad_request: readonly [400, false];
  /** The token has run out, or the new one proves nothing. */
  readonly token_refused: readonly [401, false];
  /** The consumer does not take this request, or the token does not give the right to it. */
  readonly not_allowed: readonly [403, false];
  /** What was published cannot be used. */
  readonly bad_event: readonly [422, false];
  /** The token runs out: a `refresh` is due. */
  readonly token_expires: readonly [4205, true];
  /** The keys that tokens are verified with cannot be had right now. */
  readonly unavailable: readonly [503, true];
};
export type ErrorReason = keyof typeof errorCodes;
