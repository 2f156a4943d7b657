// Parses `Sec-WebSocket-Protocol` of a WebSocket handshake: the mode, the protocol to echo, and a
// bearer credential.
import { BEARER, subprotocols, type Mode } from "./frames.ts";
import { no, ok, type Result } from "./result.ts";

export interface Handshake {
  readonly mode: Mode;
  /**
   * The protocol to echo; null if the client offered none. The bearer is excluded: a response must
   * not repeat a secret.
   */
  readonly echo: string | null;
  /**
   * A key or token sent as `belfry.bearer.<it>`: the only header that Node's and a browser's
   * WebSocket let a caller set.
   */
  readonly bearer: string | null;
}

/**
 * Parses the header; null if absent. An offer without a protocol of Belfry is rejected: a browser
 * would fail the connection anyway.
 */
export function readHandshake(header: string | null): Result<Handshake, "unsupported_protocol"> {
  const offered = (header ?? "")
    .split(",")
    .map((protocol) => protocol.trim())
    .filter((protocol) => protocol !== "");
  const bearer = offered.find((protocol) => protocol.startsWith(BEARER))?.slice(BEARER.length) ?? null;
  if (offered.length === 0) return ok({ mode: "plain", echo: null, bearer });
  for (const mode of ["v1", "plain"] as const) {
    if (offered.includes(subprotocols[mode])) return ok({ mode, echo: subprotocols[mode], bearer });
  }
  return no("unsupported_protocol");
}
