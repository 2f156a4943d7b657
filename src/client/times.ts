// Timeouts and delays of the client, in ms, each with its reason.

/** Shortest pause before a reconnect: a server that has just restarted needs a moment. */
export const BACKOFF_MIN_MS = 500;

/** Longest pause before a reconnect: the longest a visible page should stay out of date. */
export const BACKOFF_MAX_MS = 20_000;

/** Timeout of a welcome, a heartbeat, a request and a poll. */
export const RESPONSE_TIMEOUT_MS = 10_000;

/** On a wake, an older connect is started again: it may hang in the previous network. */
export const CONNECT_STALE_MS = 1000;

/** Delay of the first poll of an order after its connection was lost. */
export const POLL_MIN_MS = 2000;

/** Longest delay between two polls. */
export const POLL_MAX_MS = 15_000;

/** Factor by which the delay grows from poll to poll. */
export const POLL_GROWTH = 1.5;
