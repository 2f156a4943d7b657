// What is told of a route: who may call it, what it takes, what it answers and what it refuses, with examples that are run. Runs nothing.
import type { GenericSchema, ObjectEntries } from "valibot";
import type { Json } from "../../core/json.ts";
import type { ProblemReason } from "../problem.ts";

/** One route, beside the schemas it goes by. The documents are made of these; the Worker's bundle has none of them. */
export interface Operation {
  /** What generated clients call it. */
  readonly id: string;
  readonly method: "get" | "put" | "post" | "delete";
  /** As in the route table: `/orders/:biz`. */
  readonly path: string;
  readonly family: Family;
  readonly summary: string;
  readonly about: string;
  readonly who: Who;
  /** Each `:param` of the path. */
  readonly params?: Readonly<Record<string, Param>>;
  readonly query?: Readonly<Record<string, Param>>;
  readonly headers?: Readonly<Record<string, Param>>;
  readonly body?: Body;
  readonly answers: readonly Answer[];
  /** The reasons of its own. What every route, body and key may be refused for is added where the document is made. */
  readonly refusals: readonly ProblemReason[];
  readonly examples: Readonly<Record<string, Exchange>>;
}

export type Family = keyof typeof families;

/** The families of routes, in the order in which the documents show them. */
export const families = {
  orders: "What became of an order, and what it should cost.",
  payments: "The signed deliveries of payment providers, answered in their own words.",
  groups: "Events into groups and to single connections, as with `group_send` and `send`.",
  websockets: "The way in for browsers. What is said on a connection is in `/asyncapi.json`.",
  service: "Whether the Worker is well, and these documents.",
} as const;

/**
 * `anyone`: no key is looked at. `backend`: an API key. `anyone_or_backend`: an API key shows or allows more. `merchant`: an API key, or a
 * signature. `provider`: the provider's own signature, each by another scheme.
 */
export type Who = "anyone" | "backend" | "anyone_or_backend" | "merchant" | "provider";

export interface Param {
  readonly schema: GenericSchema;
  readonly about: string;
  readonly example?: string | number;
}

export interface Body {
  /** The name of its schema; null where the body is not ours to describe. */
  readonly schema: SchemaName | null;
  readonly required: boolean;
  readonly about: string;
  /** Absent = `application/json`. */
  readonly types?: readonly string[];
  /** The most it may have, in bytes. */
  readonly bytes: number;
}

export interface Answer {
  readonly status: number;
  readonly about: string;
  /** The name of its schema, the names of several of which it is one, or null where it has no body, or none of ours. */
  readonly schema: SchemaName | readonly SchemaName[] | null;
  /** Absent = `application/json`. */
  readonly types?: readonly string[];
  readonly headers?: Readonly<Record<string, Param>>;
}

/** A request and its answer. A test sends each one and compares. */
export type Exchange = Sent & (Answered | Refused);

interface Sent {
  readonly summary: string;
  /** Values of path, query and headers; absent ones are the params' own examples. */
  readonly params?: Readonly<Record<string, string | number>>;
  /** Absent = no body. A text is sent as it is. */
  readonly body?: Json;
  /** Who sends it, where that is not whom the route is for. */
  readonly by?: Sender;
  /** Exchanges that have to have happened, as `<operation>.<example>`. */
  readonly after?: readonly string[];
}

/** `provider`: signed by the sender's own scheme, as `scripts/sign.ts` signs. */
export type Sender = "anyone" | "backend" | "provider";

interface Answered {
  readonly status: number;
  readonly answer: Json;
}

interface Refused {
  readonly refused: ProblemReason;
  readonly detail?: string;
}

/** A schema under the name it has in the documents. Names begin with a capital letter. */
export type SchemaName = Capitalize<string>;

/** A schema with its words. They stand beside it and not in it, so that they never reach the Worker. */
export interface Described {
  readonly schema: GenericSchema;
  readonly about: string;
  readonly fields: Readonly<Record<string, string>>;
}

/** Words for a schema and for every field it has: one that is forgotten does not compile. */
export const described = <Entries extends ObjectEntries>(
  schema: GenericSchema & { readonly entries: Entries },
  about: string,
  fields: { readonly [Field in keyof Entries]: string },
): Described => ({ schema, about, fields });
