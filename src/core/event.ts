// Turns an event sent into a group into a frame, using the handlers of the group's consumer.
import { parseChannel } from "./group.ts";
import { isObject, type Json, type JsonObject } from "./json.ts";
import { no, ok, type Result } from "./result.ts";

export type EventRefusal =
  | { readonly reason: "unknown_event"; readonly detail: string }
  | { readonly reason: "bad_event"; readonly detail: string };

type Handlers = Readonly<Record<string, (event: JsonObject) => Result<Json, string>>>;

/**
 * Builds the frame of an event. As in Channels, `.` and `_` are equivalent in a type. A refusal
 * lists the supported types.
 */
export function frameOf(handlers: Handlers, event: Json | undefined): Result<Json, EventRefusal> {
  if (!isObject(event)) return no({ reason: "bad_event", detail: "an event is an object with a type" });
  const type = event["type"];
  if (typeof type !== "string") return no({ reason: "bad_event", detail: "an event needs a type, which is a string" });
  const handler = Object.entries(handlers).find(([declared]) => sameType(declared, type))?.[1];
  if (handler === undefined) {
    return no({ reason: "unknown_event", detail: `the types here are ${Object.keys(handlers).join(", ")}` });
  }
  const frame = handler(event);
  return frame.ok ? ok(frame.value) : no({ reason: "bad_event", detail: frame.reason });
}

export type ExcludeRefusal = { readonly reason: "malformed_channel" | "bad_event"; readonly detail: string };

/** The connection id in the event's `exclude`, a channel of `group`; null if absent. */
export function excludedOf(event: Json | undefined, group: string): Result<string | null, ExcludeRefusal> {
  const exclude = isObject(event) ? (event["exclude"] ?? null) : null;
  if (exclude === null) return ok(null);
  const channel = typeof exclude === "string" ? parseChannel(exclude) : no("malformed");
  if (!channel.ok) return no({ reason: "malformed_channel", detail: "exclude: no channel" });
  // A channel of another group is a mistake of the sender: it would exclude nobody.
  if (channel.value.group !== group) return no({ reason: "bad_event", detail: "exclude: a channel of another group" });
  return ok(channel.value.connection);
}

const sameType = (a: string, b: string): boolean => a.replaceAll(".", "_") === b.replaceAll(".", "_");
