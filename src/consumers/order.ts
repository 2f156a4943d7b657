// The consumer `order`: relays members' texts. Outcomes are stored and published by the group
// itself.
import { isObject, type Json } from "../core/json.ts";
import { RELAYED_LENGTH } from "../core/limits.ts";
import { BIZ } from "../core/order.ts";
import { no, ok, type Result } from "../core/result.ts";
import type { Consumer, EventHandler } from "./consumer.ts";
import { sendMessage } from "./events.ts";

export const order: Consumer = {
  name: "order",
  paths: ["/ws/order/:biz/"],
  key: { param: "biz", shape: BIZ },
  access: "open",
  keeps: "order",
  messageLength: RELAYED_LENGTH,

  // As in the articles, a text is relayed as a JSON string, so that a page cannot take it for an
  // outcome.
  receive: ({ text }) => [{ to: "group", frame: text }],

  // The same in belfry.v1: a text is published as a JSON string, without an offset.
  publish: {
    by: "anyone",
    toEffect: (data) =>
      typeof data === "string" ? ok({ to: "group", frame: data }) : no("an order relays texts only"),
  },

  events: {
    "send.message": (event) => rejectOutcome(sendMessage(event)),
    send_data_to_frontend: (event) => rejectOutcome(sendData(event)),
  },
};

const sendData: EventHandler = (event) =>
  event["data"] === undefined ? no("a send_data_to_frontend needs data") : ok(event["data"]);

/** Rejects a frame that pages would take for an outcome: outcomes need a proven callback. */
function rejectOutcome(frame: Result<Json, string>): Result<Json, string> {
  if (frame.ok && isObject(frame.value) && "biz" in frame.value && "paid" in frame.value) {
    return no("an order's outcome comes in by POST /callback/:biz/ and by no other way");
  }
  return frame;
}
