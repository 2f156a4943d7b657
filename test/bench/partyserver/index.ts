// The same as the floor, by partyserver: what a library on the same platform takes for it. Keeps, checks and answers nothing.
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
  // It finds its objects in `env` by their binding's name: `/parties/party/:group` is PARTY.
  async fetch(request, env) {
    return (await routePartykitRequest(request, env)) ?? new Response(null, { status: 404 });
  },
} satisfies ExportedHandler<Env>;
