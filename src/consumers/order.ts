// An order: relays what its members write and rings them when its outcome is known. Proves and stores no outcome itself.
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

  // The articles' consumer quotes whatever comes, so a relayed text reaches a page as a JSON string and never as an outcome.
  receive: ({ text }) => [{ to: "group", frame: text }],

  // The same door in belfry.v1: a text comes out as a JSON string, without an offset.
  publish: {
    by: "anyone",
    toEffect: (data) =>
      typeof data === "string" ? ok({ to: "group", frame: data }) : no("an order relays texts only"),
  },

  events: {
    "send.message": (event) => noOutcome(sendMessage(event)),
    send_data_to_frontend: (event) => noOutcome(sendData(event)),
  },
};

const sendData: EventHandler = (event) =>
  event["data"] === undefined ? no("a send_data_to_frontend needs data") : ok(event["data"]);

/** Outcomes have one door: what pages would take for one may not come in by another. */
function noOutcome(frame: Result<Json, string>): Result<Json, string> {
  if (frame.ok && isObject(frame.value) && "biz" in frame.value && "paid" in frame.value) {
    return no("an order's outcome comes in by POST /callback/:biz/ and by no other way");
  }
  return frame;
}
