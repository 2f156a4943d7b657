// The list of consumers of the Worker in this repository: a new kind of group is one file beside this one and one line here.
import { alarm } from "./alarm.ts";
import { channel } from "./channel.ts";
import type { Consumer } from "./consumer.ts";
import { feed } from "./feed.ts";
import { order } from "./order.ts";

export const consumers: readonly Consumer[] = [order, alarm, channel, feed];
