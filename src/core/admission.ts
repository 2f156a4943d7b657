// What the Worker has found out about a connection it lets in, on its way to the object. Decides nothing and holds no token.
import type { Mode } from "./frames.ts";
import type { Json } from "./json.ts";
import type { Position } from "./position.ts";
import type { Token } from "./token.ts";

/** Whom a connection belongs to, as its token or its API key told; the token itself goes no further than the Worker. */
export interface Member {
  readonly sub: string | null;
  /** What others may see of it. */
  readonly info: Json;
  readonly mayPublish: boolean;
  /** When its token runs out, in ms; null = never: the group is open, or a backend's key let it in. */
  readonly expiresAt: number | null;
}

/** Somebody in a group that is open: nothing is known of it. */
export const anybody: Member = { sub: null, info: null, mayPublish: false, expiresAt: null };

/** Whom a token makes of its bearer. */
export const memberOfToken = ({ sub, info, publish, expiresAt }: Token): Member => ({
  sub,
  info,
  mayPublish: publish,
  expiresAt,
});

export interface Admission {
  readonly mode: Mode;
  readonly member: Member;
  /** Where the client says it was. */
  readonly position: Position | null;
}

// An upgrade reaches the object as a request, which carries text in headers only, and only what stands in Latin-1.
export const ADMISSION_HEADER = "Belfry-Admission";

export const encodeAdmission = (admission: Admission): string => encodeURIComponent(JSON.stringify(admission));

export const decodeAdmission = (header: string): Admission => JSON.parse(decodeURIComponent(header)) as Admission; // only `encodeAdmission` writes it
