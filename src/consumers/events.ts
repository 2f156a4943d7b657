// Handles the event `send.message`, which every consumer accepts, as in Channels.
import { no, ok } from "../core/result.ts";
import type { EventHandler } from "./consumer.ts";

/** `{"type":"send.message","message":X}` becomes the frame X. */
export const sendMessage: EventHandler = (event) =>
  event["message"] === undefined ? no("a send.message needs a message") : ok(event["message"]);
