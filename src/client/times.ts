// Every time the client waits, in ms, with its reason. Only numbers.

/** The shortest pause before another try: a server that has just gone needs a moment. */
export const PAUSE_MIN_MS = 500;

/** The longest: nobody should look at a page for longer before it has tried again. */
export const PAUSE_MAX_MS = 20_000;

/** How long an answer may take: a welcome, a heartbeat's, a request's, a poll's. */
export const ANSWER_MS = 10_000;

/** A connecting that is older than this is begun anew when the network comes back: it may hang in the old one. */
export const YOUNG_MS = 1000;

/** The first poll of an order after its connection went, and between the first two. */
export const POLL_MIN_MS = 2000;

/** The longest between two polls. */
export const POLL_MAX_MS = 15_000;

/** How much longer each pause between polls is than the one before. */
export const POLL_GROWTH = 1.5;
