// The numbers on a closed connection. Shared by server, client and docs; sends nothing itself.

/** Close codes Belfry sends, by reason. 4000–4099 do not come back, 4100–4199 back off, 4200–4299 come back now. */
export const closeCodes = {
  /** The client left, and this is the answer: always 1000 with no reason, as Channels' server answers. */
  left: 1000,
  /** The client broke the WebSocket protocol (RFC 6455, 7.4.1). */
  protocol_error: 1002,
  /** One message was longer than its consumer takes, or than the platform does (32 MiB). */
  frame_too_large: 1009,
  /** The connection sent heartbeats once and then none: taken for dead. A client that is still there comes back. */
  silent: 4201,
} as const;

export type CloseReason = keyof typeof closeCodes;
