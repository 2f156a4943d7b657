// The consumer `alarm`: pushes the same result to all members of a group, and keeps the latest one.
import { resultFrame } from "../core/frames.ts";
import { formatTime } from "../core/time.ts";
import type { Consumer } from "./consumer.ts";
import { sendMessage } from "./events.ts";

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
    // Replace this: fetch the project's result from your backend with `fetch(url, { signal })`.
    produce: ({ now, settings }) => resultFrame(formatTime(now, settings.timeZone)),
  },
};
