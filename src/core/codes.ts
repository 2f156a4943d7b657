// The numbers on a closed connection, in three verdicts. Shared by server, client and docs; sends nothing itself.

/** What a client should do after a close: stay away, back off, or come back at once. */
export type Verdict = "stay_away" | "back_off" | "come_back";

/** Close codes Belfry sends, by reason. 4000–4099 do not come back, 4100–4199 back off, 4200–4299 come back now. */
export const closeCodes = {
  /** The client left, and this is the answer: always 1000 with no reason, as Channels' server answers. */
  left: 1000,
  /** The client broke the WebSocket protocol (RFC 6455, 7.4.1). */
  protocol_error: 1002,
  /** One frame was larger than the platform takes (32 MiB). */
  frame_too_large: 1009,
  /** The connection sent heartbeats once and then none: taken for dead. A client that is still there comes back. */
  silent: 4201,
} as const;

export type CloseReason = keyof typeof closeCodes;

/** The verdict of a close code. Codes that are not ours (1006 after a network cut, a proxy's own) mean: back off, then come back. */
export function verdictOf(code: number): Verdict {
  if (code >= 4000 && code <= 4099) return "stay_away";
  if (code >= 4200 && code <= 4299) return "come_back";
  return "back_off";
}
