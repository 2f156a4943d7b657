// The payment index: which order a payment belongs to. 256 groups, each with the payments whose hash begins with its two digits.
import type { Consumer } from "./consumer.ts";

export const payments: Consumer = {
  name: "payments",
  paths: [],
  key: { param: "part", shape: /^[0-9a-f]{2}$/ },
  access: "token",
  isInternal: true,
  keeps: "claims",
  events: {},
};
