// Path parameters that several operations share, and the order id of the examples.
import { Biz, ChannelAddress, GroupName } from "../src/http/response-schemas.ts";
import type { Parameter } from "./operation.ts";

/** The order of every example. */
export const EXAMPLE_BIZ = "0123456789abcdefghijklmnopqrstuv";

export const biz: Parameter = {
  schema: Biz,
  description: "The order's id, and its secret: 32 of `a-z 0-9`.",
  example: EXAMPLE_BIZ,
};

export const group: Parameter = {
  schema: GroupName,
  description: "A group's name: 1 to 99 of `A-Z a-z 0-9 . _ -`. The part before the first `_` is its consumer's name.",
  example: "alarm_7",
};

export const channel: Parameter = {
  schema: ChannelAddress,
  description: "The address of one connection: its group's name, an exclamation mark and 32 hex digits.",
  example: "alarm_7!0123456789abcdef0123456789abcdef",
};
