// The Worker's decision to admit a connection, sent to the Durable Object with the upgrade.
// Contains the token's claims; the token itself stays in the Worker.
import type { Mode } from "./frames.ts";
import type { Json } from "./json.ts";
import type { Position } from "./position.ts";
import type { Token } from "./token.ts";

/** The owner of a connection, read from its token or API key. */
export interface Member {
  readonly sub: string | null;
  /** Data about the member that other members may see. */
  readonly info: Json;
  readonly mayPublish: boolean;
  /**
   * Expiry of the token, in ms since 1970; null = unlimited (open group, or a backend's API key).
   */
  readonly expiresAt: number | null;
}

/** An anonymous member of an open group. */
export const anybody: Member = { sub: null, info: null, mayPublish: false, expiresAt: null };

/** The member described by a verified token. */
export const memberOfToken = ({ sub, info, publish, expiresAt }: Token): Member => ({
  sub,
  info,
  mayPublish: publish,
  expiresAt,
});

export interface Admission {
  readonly mode: Mode;
  readonly member: Member;
  /** The position that the client sent. */
  readonly position: Position | null;
}

// The upgrade is a request, so the admission travels in a header. Header values are limited to
// Latin-1, hence the percent-encoding.
export const ADMISSION_HEADER = "Belfry-Admission";

export const encodeAdmission = (admission: Admission): string => encodeURIComponent(JSON.stringify(admission));

export const decodeAdmission = (header: string): Admission => JSON.parse(decodeURIComponent(header)) as Admission; // written by `encodeAdmission`
