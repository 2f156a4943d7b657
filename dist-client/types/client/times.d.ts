/** The shortest pause before another try: a server that has just gone needs a moment. */
export declare const PAUSE_MIN_MS = 500;
/** The longest: nobody should look at a page for longer before it has tried again. */
export declare const PAUSE_MAX_MS = 20000;
/** How long an answer may take: a welcome, a heartbeat's, a request's, a poll's. */
export declare const ANSWER_MS = 10000;
/** A connecting that is older than this is begun anew when the network comes back: it may hang in the old one. */
export declare const YOUNG_MS = 1000;
/** The first poll of an order after its connection went, and between the first two. */
export declare const POLL_MIN_MS = 2000;
/** The longest between two polls. */
export declare const POLL_MAX_MS = 15000;
/** How much longer each pause between polls is than the one before. */
export declare const POLL_GROWTH = 1.5;
