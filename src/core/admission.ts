// The Worker's decision to admit a connection, sent to the Durable Object with the upgrade.
// Contains the token's claims; the token itself stays in the Worker.
import type { Mode } from "./frames.ts";
import type { Json } from "./json.ts";
import type { Position } from "./position.ts";
import type { Token } from "./token.ts";

/** The owner of a connection, read from its token or API key. */
export interface Member {
  /** The address that the connection counts for; null with a token or a key. */
  readonly address: string | null;
  readonly sub: string | null;
  /** Data about the member that other members may see. */
  readonly info: Json;
  readonly mayPublish: boolean;
  /** Whether presence shows it who the others are: with a token or a key. Others receive counts. */
  readonly seesMembers: boolean;
  /**
   * Expiry of the token, in ms since 1970; null = unlimited (open group, or a backend's API key).
   */
  readonly expiresAt: number | null;
  /** `iat` of the token, in ms since 1970; null without one. */
  readonly issuedAt: number | null;
}

/** An anonymous member of an open group. */
export const anybody: Member = {
  address: null,
  sub: null,
  info: null,
  mayPublish: false,
  seesMembers: false,
  issuedAt: null,
  expiresAt: null,
};

/** The member described by a verified token. */
export const memberOfToken = ({ sub, info, publish, issuedAt, expiresAt }: Token): Member => ({
  address: null,
  sub,
  info,
  mayPublish: publish,
  seesMembers: true,
  issuedAt,
  expiresAt,
});

export interface Admission {
  readonly mode: Mode;
  readonly member: Member;
  /** The position that the client sent. */
  readonly position: Position | null;
}

/** The limit of connections that a group refuses by: of all, of the token's subject, of the address. */
export type LimitReached = "group_full" | "subject_full" | "address_full";

// The upgrade is a request, so the admission travels in a header. Header values are limited to
// Latin-1, hence the percent-encoding.
export const ADMISSION_HEADER = "Belfry-Admission";

export const encodeAdmission = (admission: Admission): string => encodeURIComponent(JSON.stringify(admission));

export const decodeAdmission = (header: string): Admission => JSON.parse(decodeURIComponent(header)) as Admission; // written by `encodeAdmission`
