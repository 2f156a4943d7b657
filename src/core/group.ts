// Names of groups (one Durable Object each) and of channels (one connection in a group).
import { GROUP_NAME_CHARS } from "./limits.ts";
import { no, ok, type Result } from "./result.ts";

export const GROUP_NAME = new RegExp(`^[A-Za-z0-9._-]{1,${GROUP_NAME_CHARS}}$`);
const CHANNEL = /^([^!]*)!([0-9a-f]{32})$/;

/** Whether a name is valid as a group name in Channels. A consumer for it may still be missing. */
export const isGroupName = (name: string): boolean => GROUP_NAME.test(name);

/** The address of one connection: `<group>!<its id: 32 hex digits>`. */
export interface Channel {
  readonly group: string;
  readonly connection: string;
}

export const channelName = (group: string, connection: string): string => `${group}!${connection}`;

export function parseChannel(channel: string): Result<Channel, "malformed"> {
  const [, group, connection] = CHANNEL.exec(channel) ?? [];
  if (group === undefined || connection === undefined || !isGroupName(group)) return no("malformed");
  return ok({ group, connection });
}

/** The name of a group: the consumer's name and the key, as in `order_<biz>`, or the name alone. */
export const groupName = (consumer: string, key: string): string => (key === "" ? consumer : `${consumer}_${key}`);

/** The reverse: the consumer's name before the first `_`, the key after it. */
export function splitGroup(group: string): { readonly consumer: string; readonly key: string } {
  const at = group.indexOf("_");
  return at < 0 ? { consumer: group, key: "" } : { consumer: group.slice(0, at), key: group.slice(at + 1) };
}
