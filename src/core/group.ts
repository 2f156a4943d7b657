// Names: of a group (one Durable Object) and of a channel (one connection in it). Knows no consumer and opens nothing.
import { GROUP_NAME_CHARS } from "./limits.ts";
import { no, ok, type Result } from "./result.ts";

export const GROUP_NAME = new RegExp(`^[A-Za-z0-9._-]{1,${GROUP_NAME_CHARS}}$`);
const CHANNEL = /^([^!]*)!([0-9a-f]{32})$/;

/** Whether a name has the form Channels gives group names. Whether a consumer serves it is another question. */
export const isGroupName = (name: string): boolean => GROUP_NAME.test(name);

/** The address of one connection: `<group>!<its id: 32 hex digits>`. */
export interface Channel {
  readonly group: string;
  readonly connection: string;
}

export const channelName = (group: string, connection: string): string => `${group}!${connection}`;

/** Takes a channel's address apart. */
export function parseChannel(channel: string): Result<Channel, "malformed"> {
  const [, group, connection] = CHANNEL.exec(channel) ?? [];
  if (group === undefined || connection === undefined || !isGroupName(group)) return no("malformed");
  return ok({ group, connection });
}

/** A group's name from its consumer's and the part that tells its groups apart: `order` + `<biz>`, or `alarm` alone. */
export const groupName = (consumer: string, key: string): string => (key === "" ? consumer : `${consumer}_${key}`);

/** The reverse: the part before the first `_` is the consumer's name, the part behind it the key. */
export function splitGroup(group: string): { readonly consumer: string; readonly key: string } {
  const at = group.indexOf("_");
  return at < 0 ? { consumer: group, key: "" } : { consumer: group.slice(0, at), key: group.slice(at + 1) };
}
