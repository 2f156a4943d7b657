// The frames of a server, as the client reads them.
import type { Counts, RequestId, Who } from "../core/frames.ts";
import type { Position } from "../core/position.ts";
import type { Joined } from "./api.ts";
import { BelfryError } from "./error.ts";

export interface Reply {
  readonly id: RequestId;
  readonly result: unknown;
  readonly error?: ErrorFields;
}

export interface ErrorFields {
  readonly code: number;
  readonly reason: string;
  readonly message: string;
  readonly temporary: boolean;
}

export interface Welcome extends Position {
  readonly latest: number;
  readonly recovered: boolean;
  readonly heartbeat: number;
  /** Absent in the welcome of an older server. */
  readonly spread?: number;
}

/** A publication for other connections only arrives without `data`. */
export interface PublicationFields {
  readonly offset?: number | null;
  readonly id?: string | null;
  readonly data?: unknown;
}

export type ServerFrame =
  | ({ readonly type: "welcome" } & Welcome)
  | ({ readonly type: "publication" } & PublicationFields)
  | { readonly type: "publications"; readonly items: readonly PublicationFields[] }
  | ({ readonly type: "join" | "leave" } & Joined)
  | ({ readonly type: "joins" | "leaves"; readonly members: readonly Who[] } & Counts)
  | ({ readonly type: "reply" } & Reply)
  | ({ readonly type: "error" } & ErrorFields);

export const errorOf = ({ reason, code, temporary, message }: ErrorFields): BelfryError =>
  new BelfryError(reason, code, temporary, message);

/** Returns undefined for invalid JSON. A value that is not an object has no `type`. */
export function parseFrame(text: string): ServerFrame | undefined {
  try {
    return Object(JSON.parse(text)) as ServerFrame; // trusts the server's frames
  } catch {
    return undefined;
  }
}
