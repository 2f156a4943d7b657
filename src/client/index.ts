// Exports the browser SDK: `belfry/client` in the package, `/client.js` on the Worker.
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
  Undo,
  Unsubscribe,
  Until,
  WaitOptions,
} from "./api.ts";
export type { Reason, State } from "./state.ts";
export type { Clock, Keep, KeyValueStorage, Options, Socket, SocketClass } from "./platform.ts";
