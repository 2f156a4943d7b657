// What a WebSocket handshake offers in `Sec-WebSocket-Protocol`: a mode, the protocol to echo, and a bearer. Lets nobody in or out by itself.
import { BEARER, subprotocols, type Mode } from "./frames.ts";
import { no, ok, type Result } from "./result.ts";

export interface Handshake {
  readonly mode: Mode;
  /** The protocol to echo; null if none was offered. Never the bearer: an answer must not repeat a secret. */
  readonly echo: string | null;
  /** A key or token carried as `belfry.bearer.<it>`: the only place where Node's own WebSocket, and a browser's, can put one. */
  readonly bearer: string | null;
}

/** Reads the header; null where the client sent none. Protocols without one that Belfry speaks would fail in a browser anyway. */
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
