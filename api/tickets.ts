// Description of `POST /tickets`.
import { TicketRequest } from "../src/http/request-schemas.ts";
import { TicketResponse } from "../src/http/response-schemas.ts";
import { documented, type Operation } from "./operation.ts";

export const ticketSchemas = {
  TicketRequest: documented(TicketRequest, "Whom a ticket admits, and where to.", {
    group: "The group's name.",
    sub: "The user's id, as in a token.",
    publish: "Whether the user may publish into the group.",
    info: "Data about the user that other members see: any JSON of at most 1024 characters.",
  }),
  Ticket: documented(TicketResponse, "A ticket.", {
    token: "The token, which a page offers as the subprotocol `belfry.bearer.<token>`.",
    expires_at: "When it ends, a minute from now. A connection that it opened to an open group stays.",
  }),
};

const issueTicket: Operation = {
  operationId: "issueTicket",
  route: "POST /tickets",
  tag: "groups",
  summary: "Issue a ticket to one group",
  description:
    "A token of one minute for one user and one group, signed with the first `TOKEN_SECRET`, for pages that must not carry a long one. The key needs `publish:<group>`.",
  requestBody: { schema: "TicketRequest", required: true, description: "The ticket." },
  responses: [{ status: 200, description: "Issued.", schema: "Ticket" }],
  examples: {
    misspelt: {
      summary: "A field that is unknown",
      body: { group: "feed_news", sub: "ann", publsh: true },
      problem: "bad_ticket",
      detail: "publsh: a ticket has a group, a sub, perhaps publish and info, and nothing else",
    },
    unknown: { summary: "A group of no consumer", body: { group: "room_7", sub: "ann" }, problem: "unknown_group" },
    no_key: {
      summary: "Without a key",
      sender: "anyone",
      body: { group: "feed_news", sub: "ann" },
      problem: "unauthorized",
    },
  },
};

export const ticketOperations: readonly Operation[] = [issueTicket];
