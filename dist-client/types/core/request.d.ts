import type { RequestId } from "./frames.ts";
import { type Json } from "./json.ts";
import { type Result } from "./result.ts";
export type Request = {
  readonly id: RequestId;
} & (
  | {
      readonly type: "ping";
    }
  | {
      readonly type: "presence";
    }
  | {
      readonly type: "history";
      readonly after: number;
      readonly limit: number;
    }
  | {
      readonly type: "publish";
      readonly data: Json;
    }
  | {
      readonly type: "refresh";
      readonly token: string;
    }
);
/** What is wrong with a frame, and the id to answer to; null if it has none that can be used. */
export interface BadRequest {
  readonly id: RequestId | null;
  readonly message: string;
}
/** Reads a frame; null for a binary message. */
export declare function parseRequest(text: string | null): Result<Request, BadRequest>;
