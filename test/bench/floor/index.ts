// The floor: an object that sends one text to all its connections, without checks, storage or replies.
import { DurableObject } from "cloudflare:workers";
import { FRAME } from "../frame.ts";

interface Env {
  readonly FLOOR: DurableObjectNamespace<Floor>;
}

export class Floor extends DurableObject<Env> {
  constructor(ctx: DurableObjectState, env: Env) {
    super(ctx, env);
    ctx.setWebSocketAutoResponse(new WebSocketRequestResponsePair('{"type":"heartbeat"}', '{"type":"heartbeat"}'));
  }

  override async fetch(request: Request): Promise<Response> {
    if (request.method === "POST") {
      for (const socket of this.ctx.getWebSockets()) socket.send(FRAME);
      return new Response("sent");
    }
    const { 0: client, 1: server } = new WebSocketPair();
    this.ctx.acceptWebSocket(server);
    return new Response(null, { status: 101, webSocket: client });
  }

  override async webSocketClose(socket: WebSocket): Promise<void> {
    socket.close();
  }
}

export default {
  fetch(request, env) {
    const [, , group = ""] = new URL(request.url).pathname.split("/");
    return env.FLOOR.getByName(group).fetch(request);
  },
} satisfies ExportedHandler<Env>;
