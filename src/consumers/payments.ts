// The internal consumer `payments`: 256 groups store which order a payment belongs to, by the first
// two digits of the payment's hash.
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
