// Everything the documents are made of: a new route is one operation in its family's file, a new family one line here. Decides nothing.
import { callbackOperations, callbackSchemas } from "./callback.ts";
import { v1Schemas } from "./frames.ts";
import { groupOperations, groupSchemas } from "./groups.ts";
import { plainMessages, plainMessageSchemas, type Message } from "./messages.ts";
import { v1Messages } from "./messages-v1.ts";
import type { Described, Operation } from "./operation.ts";
import { orderOperations, orderSchemas } from "./orders.ts";
import { sendOperations, sendSchemas } from "./sends.ts";
import { serviceOperations, serviceSchemas } from "./service.ts";
import { socketOperations } from "./sockets.ts";

export const operations: readonly Operation[] = [
  ...orderOperations,
  ...callbackOperations,
  ...sendOperations,
  ...groupOperations,
  ...socketOperations,
  ...serviceOperations,
];

export const schemas: Readonly<Record<string, Described>> = {
  ...orderSchemas,
  ...callbackSchemas,
  ...sendSchemas,
  ...groupSchemas,
  ...serviceSchemas,
};

export { families } from "./operation.ts";
export const messages: Readonly<Record<string, Message>> = { ...plainMessages, ...v1Messages };
export const messageSchemas: Readonly<Record<string, Described>> = { ...plainMessageSchemas, ...v1Schemas };

export { sockets } from "./sockets.ts";
