// Finds the consumer that serves a path or a group, by the consumers' declarations. Pure.
import { groupName, isGroupName, splitGroup } from "./group.ts";
import { no, ok, type Result } from "./result.ts";

/** The part of a consumer's declaration that assigns paths and groups to it. */
export interface Served {
  /** The part of a group's name before its first `_`: letters, digits, `.` and `-`. */
  readonly name: string;
  /** The WebSocket paths, with their trailing slash; `:param` stands for the key. */
  readonly paths: readonly string[];
  /**
   * The key of this consumer's groups, which are named `<name>_<key>`. Absent = one group, with the
   * consumer's name.
   */
  readonly key?: Key;
}

export interface Key {
  /** Name of the key in `params`, and in the path as `:param`. */
  readonly param: string;
  readonly shape: RegExp;
  /**
   * Gives each connection its own group, under a new random key (32 hex digits) that is part of no
   * path.
   */
  readonly perConnection?: true;
}

export interface Found<Consumer> {
  readonly consumer: Consumer;
  readonly group: string;
}

/**
 * Finds the consumer and the group of a path, with or without its trailing slash. `freshKey`
 * creates the key where each connection has its own group.
 */
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

/** The key in the place of `:param`: "" if the declared path has none, null if the paths differ. */
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

/**
 * Finds the consumer of a group's name. `malformed_group`: the name is invalid; `unknown_group`: it
 * is valid but not served.
 */
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

/** The params of a group: its key under the declared name, or an empty object. */
export function paramsOf(consumer: Served, group: string): Readonly<Record<string, string>> {
  const { key } = splitGroup(group);
  return consumer.key === undefined || key === "" ? {} : { [consumer.key.param]: key };
}
