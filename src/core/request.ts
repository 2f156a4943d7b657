// Parses the requests of a belfry.v1 client.
import type { RequestId } from "./frames.ts";
import { isObject, isPlainJson, parseExact, parsePlain, type Json, type JsonObject } from "./json.ts";
import { HISTORY_MAX, HISTORY_SIZE, REQUEST_ID_CHARS, REQUEST_LENGTH } from "./limits.ts";
import { no, ok, type Result } from "./result.ts";

export type ClientRequest = { readonly id: RequestId } & (
  | { readonly type: "ping" }
  | { readonly type: "presence" }
  | { readonly type: "history"; readonly after: number; readonly limit: number }
  /** `data` has JavaScript's numbers; `exactData` has them as written. */
  | { readonly type: "publish"; readonly data: Json; readonly exactData: () => Result<Json, string> }
  | { readonly type: "refresh"; readonly token: string }
);

/** The error in a frame, and the id for the reply; null if the frame has no usable id. */
export interface BadRequest {
  readonly id: RequestId | null;
  readonly message: string;
}

/** Parses the text of a frame; null for a binary message. */
export function parseRequest(text: string | null): Result<ClientRequest, BadRequest> {
  const parsed = text === null ? null : parsePlain(text);
  if (text === null || parsed === null || !parsed.ok || !isObject(parsed.value)) {
    return no({ id: null, message: "a frame is a text: a JSON object with a type and an id" });
  }
  const frame = parsed.value;
  const id = idOf(frame["id"]);
  if (id === null) {
    return no({ id: null, message: `id: a text of 1 to ${REQUEST_ID_CHARS} characters, or a whole number` });
  }
  if (text.length > REQUEST_LENGTH && frame["type"] !== "publish")
    return no({ id, message: `a request other than publish has at most ${REQUEST_LENGTH} characters` });
  return read(frame, id, text);
}

function read(frame: JsonObject, id: RequestId, text: string): Result<ClientRequest, BadRequest> {
  const type = typeof frame["type"] === "string" ? frame["type"] : "";
  switch (type) {
    case "ping":
      return ok({ type: "ping", id });
    case "presence":
      return ok({ type: "presence", id });
    case "history": {
      const after = wholeNumber(frame["after"] ?? 0, 0, Number.MAX_SAFE_INTEGER);
      const limit = wholeNumber(frame["limit"] ?? HISTORY_SIZE, 1, HISTORY_MAX);
      if (after === null) return no({ id, message: "after: an offset" });
      if (limit === null) return no({ id, message: `limit: 1 to ${HISTORY_MAX}` });
      return ok({ type: "history", id, after, limit });
    }
    case "publish": {
      const data = frame["data"];
      return data === undefined
        ? no({ id, message: "publish needs data" })
        : ok({ type: "publish", id, data, exactData: () => exactData(text, data) });
    }
    case "refresh":
      return typeof frame["token"] === "string"
        ? ok({ type: "refresh", id, token: frame["token"] })
        : no({ id, message: "refresh needs a token" });
    default:
      return no({ id, message: "type: ping, presence, history, publish or refresh" });
  }
}

/** Parsed only for data that is accepted: the exact parser is slow for many unusual numbers. */
function exactData(text: string, data: Json): Result<Json, string> {
  if (isPlainJson(text)) return ok(data);
  const parsed = parseExact(text);
  return parsed.ok && isObject(parsed.value) ? ok(parsed.value["data"] ?? null) : no("data is nested too deeply");
}

function idOf(id: Json | undefined): RequestId | null {
  if (typeof id === "string") return id.length >= 1 && id.length <= REQUEST_ID_CHARS ? id : null;
  return wholeNumber(id, Number.MIN_SAFE_INTEGER, Number.MAX_SAFE_INTEGER);
}

const wholeNumber = (value: Json | undefined, min: number, max: number): number | null =>
  typeof value === "number" && Number.isInteger(value) && value >= min && value <= max ? value : null;
