// The floor's work by partyserver, a library on the same platform.
import { routePartykitRequest, Server } from "partyserver";
import { FRAME } from "../frame.ts";

export class Party extends Server {
  static override options = { hibernate: true };

  override onRequest(): Response {
    this.broadcast(FRAME);
    return new Response("sent");
  }
}

export default {
  // partyserver derives the path from the binding's name: `/parties/party/:group` is PARTY.
  async fetch(request, env) {
    return (await routePartykitRequest(request, env)) ?? new Response(null, { status: 404 });
  },
} satisfies ExportedHandler<Env>;
