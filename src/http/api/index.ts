// Everything the documents are made of: a new route is one operation in its family's file, a new family one line here. Decides nothing.
import { callbackOperations, callbackSchemas } from "./callback.ts";
import { groupOperations, groupSchemas } from "./groups.ts";
import type { Described, Operation } from "./operation.ts";
import { orderOperations, orderSchemas } from "./orders.ts";
import { serviceOperations, serviceSchemas } from "./service.ts";
import { socketOperations } from "./sockets.ts";

export const operations: readonly Operation[] = [
  ...orderOperations,
  ...callbackOperations,
  ...groupOperations,
  ...socketOperations,
  ...serviceOperations,
];

export const schemas: Readonly<Record<string, Described>> = {
  ...orderSchemas,
  ...callbackSchemas,
  ...groupSchemas,
  ...serviceSchemas,
};

export { families } from "./operation.ts";
export { messages, messageSchemas } from "./messages.ts";
export { sockets } from "./sockets.ts";
