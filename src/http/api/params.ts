// What stands in the paths of several families of routes, with its words. Checks nothing.
import { Biz, ChannelAddress, GroupName } from "../response-schemas.ts";
import type { Param } from "./operation.ts";

/** The order of every example. */
export const EXAMPLE_BIZ = "0123456789abcdefghijklmnopqrstuv";

export const biz: Param = {
  schema: Biz,
  about: "The order's id, and its secret: 32 of `a-z 0-9`.",
  example: EXAMPLE_BIZ,
};

export const group: Param = {
  schema: GroupName,
  about: "A group's name: 1 to 99 of `A-Z a-z 0-9 . _ -`. The part before the first `_` is its consumer's name.",
  example: "alarm_7",
};

export const channel: Param = {
  schema: ChannelAddress,
  about: "The address of one connection: its group's name, an exclamation mark and 32 hex digits.",
  example: "alarm_7!0123456789abcdef0123456789abcdef",
};
