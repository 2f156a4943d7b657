// The list of consumers: a new kind of group is one file beside this one and one line here. Nothing else stands here.
import { alarm } from "./alarm.ts";
import { callbacks } from "./callbacks.ts";
import { channel } from "./channel.ts";
import type { Consumer } from "./consumer.ts";
import { feed } from "./feed.ts";
import { order } from "./order.ts";
import { payment } from "./payment.ts";

export const consumers: readonly Consumer[] = [order, alarm, channel, feed, payment, callbacks];
