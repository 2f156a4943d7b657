// A provider's deliveries that are about no order: owed to the merchant's backend all the same. Nobody connects to it.
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
