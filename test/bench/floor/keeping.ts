// The floor with one row stored before each send: measures the cost of a commit.
import floor, { Floor as Bare } from "./index.ts";

export class Floor extends Bare {
  override async fetch(request: Request): Promise<Response> {
    if (request.method === "POST") this.ctx.storage.kv.put("kept", { at: Date.now() });
    return super.fetch(request);
  }
}

export default floor;
