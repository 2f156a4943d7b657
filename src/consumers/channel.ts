// The consumer `channel`: each connection is a group of its own, with a periodic push, `ping` and
// echo.
import { complaintFrame, pingFrame, resultFrame } from "../core/frames.ts";
import { isObject, parseExact, type Json } from "../core/json.ts";
import { ok } from "../core/result.ts";
import { formatTime } from "../core/time.ts";
import type { Consumer } from "./consumer.ts";
import { sendMessage } from "./events.ts";

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

  // belfry.v1 has a `ping` request, so here every publication is echoed.
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
