// Lists and counts the members of a group, for backends and for members.
import type { Counts, Who } from "../../core/frames.ts";
import type { ListedConnection } from "../../core/group-api.ts";
import { sinceOf, whoIs } from "./attachment.ts";
import type { Connections } from "./connections.ts";

/** Connections sorted by id, from the first id greater than `after`, at most `limit`. */
export function listConnections(connections: Connections, after: string, limit: number): readonly ListedConnection[] {
  return [...connections]
    .map((connection) => ({ connection, id: connections.idOf(connection) }))
    .filter(({ id }) => id > after)
    .toSorted((a, b) => (a.id < b.id ? -1 : 1))
    .slice(0, limit)
    .map(({ connection, id }) => {
      const { sub, info } = whoIs(connection);
      return { id, mode: connections.modeOf(connection), since: sinceOf(connection), sub, info: JSON.stringify(info) };
    });
}

export function countsOf(connections: Connections): Counts {
  const users = new Set<string>();
  for (const connection of connections) {
    const { sub } = whoIs(connection);
    if (sub !== null) users.add(sub);
  }
  return { connections: connections.count, users: users.size };
}

/** At most `limit` users, each once whatever the number of its connections. */
export function usersOf(connections: Connections, limit: number): readonly Who[] {
  const users = new Map<string, Who>();
  for (const connection of connections) {
    const who = whoIs(connection);
    if (who.sub !== null && users.size < limit) users.set(who.sub, who);
  }
  return [...users.values()];
}
