// The floor, with one row kept before each send: what a commit costs an object, whoever asks for it. Checks and answers nothing.
import floor, { Floor as Bare } from "./index.ts";

export class Floor extends Bare {
  override async fetch(request: Request): Promise<Response> {
    if (request.method === "POST") this.ctx.storage.kv.put("kept", { at: Date.now() });
    return super.fetch(request);
  }
}

export default floor;
