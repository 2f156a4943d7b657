// Lists the consumers of the deployed Worker. A new consumer is one file here and one entry in the
// list.
import { alarm } from "./alarm.ts";
import { channel } from "./channel.ts";
import type { Consumer } from "./consumer.ts";
import { feed } from "./feed.ts";
import { order } from "./order.ts";

export const consumers: readonly Consumer[] = [order, alarm, channel, feed];
