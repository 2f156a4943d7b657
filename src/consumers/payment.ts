// A payment: remembers which order it paid, for refunds that name the payment only. Nobody connects to it.
import type { Consumer } from "./consumer.ts";

export const payment: Consumer = {
  name: "payment",
  paths: [],
  key: { param: "hash", shape: /^[0-9a-f]{32}$/ },
  access: "token",
  keeps: "payment",
  events: {},
};
