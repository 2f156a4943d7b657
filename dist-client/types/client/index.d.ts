export { connect } from "./client.ts";
export { BelfryError } from "./error.ts";
export type {
  Client,
  Group,
  GroupEvents,
  History,
  HistoryItem,
  Joined,
  Missed,
  On,
  Order,
  OrderEvents,
  Outcome,
  Presence,
  Publication,
  Published,
  Settled,
  Until,
  Undo,
} from "./api.ts";
export type { Reason, State } from "./state.ts";
export type { Clock, Keep, Options, Socket, SocketClass } from "./platform.ts";
