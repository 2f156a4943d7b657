// The consumer `feed`: a stream of publications of backends and members, for connections with a
// token.
import { ok } from "../core/result.ts";
import type { Consumer } from "./consumer.ts";
import { sendMessage } from "./events.ts";

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
