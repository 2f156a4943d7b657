// The consumers of the tests, as the docs describe them. Changes of src/consumers/ do not affect them.
import type { Consumer, EventHandler } from "../../src/consumers/consumer.ts";
import { sendMessage } from "../../src/consumers/events.ts";
import { complaintFrame, pingFrame, resultFrame } from "../../src/core/frames.ts";
import { isObject, parseExact, type Json } from "../../src/core/json.ts";
import { RELAYED_LENGTH } from "../../src/core/limits.ts";
import { BIZ } from "../../src/core/order.ts";
import { no, ok, type Result } from "../../src/core/result.ts";
import { formatTime } from "../../src/core/time.ts";

export const order: Consumer = {
  name: "order",
  paths: ["/ws/order/:biz/"],
  key: { param: "biz", shape: BIZ },
  access: "open",
  keeps: "order",
  messageLength: RELAYED_LENGTH,

  receive: ({ text }) => [{ to: "group", frame: text }],

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

function noOutcome(frame: Result<Json, string>): Result<Json, string> {
  if (frame.ok && isObject(frame.value) && "biz" in frame.value && "paid" in frame.value) {
    return no("an order's outcome comes in by POST /callback/:biz/ and by no other way");
  }
  return frame;
}

export const alarm: Consumer = {
  name: "alarm",
  paths: ["/ws/alarm/", "/ws/alarm/:project/"],
  key: { param: "project", shape: /^[A-Za-z0-9._-]{1,93}$/ },
  access: "open",
  keeps: "cache",
  presence: true,
  events: { "send.message": sendMessage },

  push: {
    every: (settings) => settings.pushEveryMs,
    produce: ({ now, settings }) => resultFrame(formatTime(now, settings.timeZone)),
  },
};

export const channel: Consumer = {
  name: "channel",
  paths: ["/ws/channel/"],
  key: { param: "id", shape: /^[0-9a-f]{32}$/, perConnection: true },
  access: "open",
  keeps: "nothing",
  events: { "send.message": sendMessage },

  receive: ({ text, now, settings }) => [
    {
      to: "sender",
      frame: text === "ping" ? pingFrame(formatTime(now, settings.timeZone)) : echo(text),
    },
  ],

  publish: { by: "anyone", toEffect: (data) => ok({ to: "sender", frame: data }) },

  push: {
    every: (settings) => settings.pushEveryMs,
    produce: ({ now, settings }) => resultFrame(formatTime(now, settings.timeZone)),
  },
};

function echo(text: string | null): Json {
  if (text === null) return complaintFrame("a binary message: send ping, or JSON text with a message");
  const parsed = parseExact(text);
  if (!parsed.ok) return complaintFrame("not JSON: send ping, or an object with a message");
  if (!isObject(parsed.value)) return complaintFrame("not a JSON object: send ping, or an object with a message");
  return parsed.value["message"] ?? null;
}

export const feed: Consumer = {
  name: "feed",
  paths: ["/ws/feed/:name/"],
  key: { param: "name", shape: /^[A-Za-z0-9._-]{1,94}$/ },
  access: "token",
  keeps: "stream",
  presence: true,
  publish: { by: "token", toEffect: (data) => ok({ to: "group", frame: data }) },
  events: { "send.message": sendMessage },
};

export const consumers: readonly Consumer[] = [order, alarm, channel, feed];
