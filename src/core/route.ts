// Which consumer serves a path or a group, by what the consumers declare. Pure; draws no keys and opens nothing.
import { groupName, isGroupName, splitGroup } from "./group.ts";
import { no, ok, type Result } from "./result.ts";

/** The part of a consumer's declaration that says which paths and groups are its own. */
export interface Served {
  /** The part of a group's name before its first `_`: letters, digits, `.` and `-`. */
  readonly name: string;
  /** The WebSocket paths, with their closing slash; `:param` stands for the key. */
  readonly paths: readonly string[];
  /** What tells this consumer's groups apart: a group is named `<name>_<key>`. Absent = one group, named as the consumer. */
  readonly key?: Key;
}

export interface Key {
  /** What the key is called in `params`, and in the path as `:param`. */
  readonly param: string;
  readonly shape: RegExp;
  /** Each connection gets a group of its own, under a fresh key: 32 hex digits, in no path. */
  readonly perConnection?: true;
}

export interface Found<Consumer> {
  readonly consumer: Consumer;
  readonly group: string;
}

/** The consumer and the group of a path, with or without its closing slash. `freshKey` is used where each connection has its own. */
export function findByPath<Consumer extends Served>(
  consumers: readonly Consumer[],
  path: string,
  freshKey: () => string,
): Result<Found<Consumer>, "unknown_path"> {
  const segments = path.replace(/\/$/, "").split("/");
  for (const consumer of consumers) {
    for (const declared of consumer.paths) {
      const key = keyIn(segments, declared.replace(/\/$/, "").split("/"));
      if (key === null) continue;
      if (consumer.key?.perConnection) return ok({ consumer, group: groupName(consumer.name, freshKey()) });
      const group = groupName(consumer.name, key);
      if (key === "" || consumer.key?.shape.test(key)) return ok({ consumer, group });
    }
  }
  return no("unknown_path");
}

/** The key that a path carries where the declared one has `:param`: "" if it has none, null if the path is another. */
function keyIn(segments: readonly string[], declared: readonly string[]): string | null {
  if (segments.length !== declared.length) return null;
  let key = "";
  for (const [i, segment] of segments.entries()) {
    if (declared[i]?.startsWith(":")) key = segment;
    else if (declared[i] !== segment) return null;
    if (segment === "" && i > 0) return null;
  }
  return key;
}

/** The consumer of a group's name: `malformed` is no name at all, `unknown_group` one that no consumer serves. */
export function findByGroup<Consumer extends Served>(
  consumers: readonly Consumer[],
  group: string,
): Result<Found<Consumer>, "malformed_group" | "unknown_group"> {
  if (!isGroupName(group)) return no("malformed_group");
  const { consumer: name, key } = splitGroup(group);
  const consumer = consumers.find((candidate) => candidate.name === name);
  if (consumer === undefined || !serves(consumer, key, group)) return no("unknown_group");
  return ok({ consumer, group });
}

function serves(consumer: Served, key: string, group: string): boolean {
  if (key !== "") return consumer.key?.shape.test(key) ?? false;
  return group === consumer.name && !consumer.key?.perConnection && consumer.paths.some((path) => !path.includes(":"));
}

/** The params of a group: its key under its name, or none. */
export function paramsOf(consumer: Served, group: string): Readonly<Record<string, string>> {
  const { key } = splitGroup(group);
  return consumer.key === undefined || key === "" ? {} : { [consumer.key.param]: key };
}
