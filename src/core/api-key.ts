// API keys of backends: names and scopes, as `API_KEYS` lists them. Comparing a candidate is http/api-key.ts. Pure.
import { isGroupName } from "./group.ts";
import { no, ok, type Result } from "./result.ts";

/**
 * - `callbacks`: report an order. `orders`: register and read orders. `read`: groups, history, metrics,
 *   and orders.
 * - `operate`: erase orders, close connections.
 * - `publish:<group>`: send to the group and issue tickets for it; with a trailing `*` to all that begin so.
 */
export type Scope = PlainScope | `publish:${string}`;

export type PlainScope = (typeof plainScopes)[number];

const plainScopes = ["callbacks", "orders", "read", "operate"] as const;

export interface ApiKey {
  /** For the log: `shop`, or `key1` for the first key without a name. */
  readonly name: string;
  /** Null = every scope: a key without a name. */
  readonly scopes: readonly Scope[] | null;
  readonly secret: string;
}

// Characters of a header's token (RFC 9110, 5.6.2).
const SECRET = /^[A-Za-z0-9._~+-]{16,}$/;
const NAME = /^[A-Za-z0-9_-]{1,32}$/;

/** Parses `shop:callbacks,orders:<secret>; <secret>, <secret>`. */
export function parseApiKeys(text: string): Result<readonly ApiKey[], "malformed"> {
  const keys: ApiKey[] = [];
  for (const entry of text.split(";").map((part) => part.trim())) {
    if (entry === "") continue;
    const named = entry.includes(":") ? namedKey(entry) : null;
    if (entry.includes(":")) {
      if (named === null || keys.some(({ name }) => name === named.name)) return no("malformed");
      keys.push(named);
      continue;
    }
    for (const secret of entry.split(",").map((part) => part.trim())) {
      if (secret !== "") keys.push({ name: `key${keys.length + 1}`, scopes: null, secret });
    }
  }
  return keys.every(({ secret }) => SECRET.test(secret)) ? ok(keys) : no("malformed");
}

function namedKey(entry: string): ApiKey | null {
  const [, name = "", list = "", secret = ""] = /^([^:]*):(.*):([^:]*)$/.exec(entry) ?? [];
  const scopes = list.split(",").map((scope) => scope.trim());
  return NAME.test(name) && scopes.every(isScope) ? { name, scopes, secret: secret.trim() } : null;
}

function isScope(text: string): text is Scope {
  const group = /^publish:(.*?)\*?$/.exec(text)?.[1];
  if (group === undefined) return plainScopes.some((scope) => scope === text);
  return isGroupName(group) || text === "publish:*";
}

export const hasScope = ({ scopes }: ApiKey, scope: PlainScope): boolean => scopes === null || scopes.includes(scope);

/** Whether the key may send to `group`. */
export const mayPublish = ({ scopes }: ApiKey, group: string): boolean =>
  scopes === null || scopes.some((scope) => scope.startsWith("publish:") && covers(scope.slice(8), group));

const covers = (entry: string, group: string): boolean =>
  entry.endsWith("*") ? group.startsWith(entry.slice(0, -1)) : entry === group;
