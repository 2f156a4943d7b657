// Every operation, schema and message of the API documents.
import { callbackOperations, callbackSchemas } from "./callbacks.ts";
import { v1Schemas } from "./frame-schemas.ts";
import { groupOperations, groupSchemas } from "./groups.ts";
import { plainMessages, plainMessageSchemas, type Message } from "./messages.ts";
import { v1Messages } from "./messages-v1.ts";
import type { DocumentedSchema, Operation } from "./operation.ts";
import { orderOperations, orderSchemas } from "./orders.ts";
import { sendOperations, sendSchemas } from "./send-event.ts";
import { serviceOperations, serviceSchemas } from "./service.ts";
import { socketOperations } from "./sockets.ts";
import { ticketOperations, ticketSchemas } from "./tickets.ts";

export const operations: readonly Operation[] = [
  ...orderOperations,
  ...callbackOperations,
  ...sendOperations,
  ...groupOperations,
  ...ticketOperations,
  ...socketOperations,
  ...serviceOperations,
];

export const schemas: Readonly<Record<string, DocumentedSchema>> = {
  ...orderSchemas,
  ...callbackSchemas,
  ...sendSchemas,
  ...groupSchemas,
  ...ticketSchemas,
  ...serviceSchemas,
};

export const messages: Readonly<Record<string, Message>> = { ...plainMessages, ...v1Messages };
export const messageSchemas: Readonly<Record<string, DocumentedSchema>> = { ...plainMessageSchemas, ...v1Schemas };
