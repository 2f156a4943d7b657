// The list of consumers: a new kind of group is one file beside this one and one line here. Nothing else stands here.
import { alarm } from "./alarm.ts";
import { callbacks } from "./callbacks.ts";
import { channel } from "./channel.ts";
import type { Consumer } from "./consumer.ts";
import { feed } from "./feed.ts";
import { order } from "./order.ts";
import { payments } from "./payments.ts";

/** Every kind of group that an object can be. */
export const allConsumers: readonly Consumer[] = [order, alarm, channel, feed, payments, callbacks];

/** Those whose groups can be addressed from outside. */
export const consumers: readonly Consumer[] = allConsumers.filter(({ isInternal }) => isInternal !== true);
