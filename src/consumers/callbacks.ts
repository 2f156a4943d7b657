// The internal consumer `callbacks`: forwards a provider's deliveries that belong to no order.
import type { Consumer } from "./consumer.ts";

export const callbacks: Consumer = {
  name: "callbacks",
  paths: [],
  key: { param: "provider", shape: /^[a-z]{1,20}$/ },
  access: "token",
  isInternal: true,
  keeps: "deliveries",
  events: {},
};
