// Who is in a group, for backends and for members who ask. Changes nothing.
import type { Counts, Mode, Who } from "../core/frames.ts";
import { idOf, modeOf, openConnections, sinceOf, whoIs } from "./connections.ts";

/** A connection as backends are told of it. */
export interface Listed {
  readonly id: string;
  readonly mode: Mode;
  readonly sub: string | null;
  /** What others may see of it, as JSON text: a type that holds itself is too deep for the types of RPC. */
  readonly info: string;
  /** When it came, in ms. */
  readonly since: number;
}

/** The connections in the order of their ids, those after the id `after`, at most `limit`. */
export function listConnections(ctx: DurableObjectState, after: string, limit: number): readonly Listed[] {
  return openConnections(ctx)
    .map((connection) => ({ connection, id: idOf(ctx, connection) }))
    .filter(({ id }) => id > after)
    .toSorted((a, b) => (a.id < b.id ? -1 : 1))
    .slice(0, limit)
    .map(({ connection, id }) => {
      const { sub, info } = whoIs(connection);
      return { id, mode: modeOf(ctx, connection), since: sinceOf(connection), sub, info: JSON.stringify(info) };
    });
}

export function countsOf(ctx: DurableObjectState): Counts {
  const open = openConnections(ctx);
  const users = new Set(open.map((connection) => whoIs(connection).sub).filter((sub) => sub !== null));
  return { connections: open.length, users: users.size };
}

/** The users, each once, however many connections it has; at most `limit`. */
export function usersOf(ctx: DurableObjectState, limit: number): readonly Who[] {
  const users = new Map<string, Who>();
  for (const connection of openConnections(ctx)) {
    const who = whoIs(connection);
    if (who.sub !== null && users.size < limit) users.set(who.sub, who);
  }
  return [...users.values()];
}
