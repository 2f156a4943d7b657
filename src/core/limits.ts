// Limits. Each has its unit in its name, and beside it the reason and the error for exceeding it.

/** Interval of a client's heartbeats, in a small group. Proxies cut an idle connection after 60–100 s. */
export const HEARTBEAT_SECONDS = 25;

/** The same in a group of `HEARTBEAT_GROWTH_CONNECTIONS` or more: half the heartbeats of a crowd. */
export const HEARTBEAT_SECONDS_MAX = 50;
export const HEARTBEAT_GROWTH_CONNECTIONS = 10_000;

/**
 * A connection that has sent heartbeats and then missed this many is considered dead. A phone in a
 * tunnel reconnects; a closed tab does not.
 */
export const HEARTBEATS_MISSED = 3;

/** Handshakes that one object handles per second beside its other work. */
export const RECONNECTS_PER_SECOND = 333;

/** Timeout of `produce`: a backend that hangs must not delay the next tick of its group. */
export const PRODUCE_MS = 30_000;

/** The shortest period of a push: each tick wakes a Durable Object and writes one row. */
export const PUSH_EVERY_SECONDS_MIN = 0.1;

/**
 * The longest period, a day. The platform publishes no maximum for `setAlarm`, and dashboards need
 * less.
 */
export const PUSH_EVERY_SECONDS_MAX = 86_400;

/**
 * The largest body of a backend's request. Ably's limit is 64 KiB too: larger data belongs behind a
 * URL. 413 `body_too_large`.
 */
export const BODY_BYTES = 65_536;

/**
 * The longest message of a page, in UTF-16 units of a text or bytes of a binary message. Parsing
 * and relaying delay all members. 1009 `frame_too_large`.
 */
export const MESSAGE_LENGTH = 32_768;

/** The same for relayed texts: the articles' stack delivers 100,000 characters. 1009 as well. */
export const RELAYED_LENGTH = 131_072;

/** Channels' limit for a group name, in characters. 422 `malformed_group`. */
export const GROUP_NAME_CHARS = 99;

/**
 * The largest delivery of any payment provider: Stripe's can be some 100 KiB. Adapters whose
 * provider sends less have smaller limits, because a signature of fields inside the body is verified
 * after parsing. 413 `body_too_large`.
 */
export const WEBHOOK_BYTES = 131_072;

/** The shortest retention of an order: card networks allow disputes 540 days after payment. */
export const ORDER_RETENTION_DAYS_MIN = 540;
export const ORDER_RETENTION_DAYS_MAX = 36_500;

/** Retention of an event whose payment is unknown, in days. A dispute may follow this late. */
export const ORPHAN_DAYS = 540;

/**
 * Deduplication of deliveries without an order, in days. Adyen's retries are the longest: 30 days.
 */
export const DELIVERY_DAYS = 90;

/**
 * Facts of one order, more than any payment has. Beyond it, events are forwarded and the order is
 * flagged `full`.
 */
export const FACTS_MAX = 1000;

/** The longest expiry of a registration, in seconds: a year. */
export const EXPIRES_IN_SECONDS_MAX = 31_536_000;

/**
 * A merchant's order id, in characters. Stripe's client_reference_id, the longest among the
 * providers, takes 200.
 */
export const ORDER_ID_CHARS = 200;

/** Timeout of a query for an order's status, in ms. */
export const STATUS_MS = 10_000;

export const DAY_MS = 86_400_000;

/**
 * Sustained rate of frames per connection, faster than a person types. Each frame wakes the object;
 * heartbeats are exempt, as they never reach it.
 */
export const FRAMES_PER_SECOND = 20;

/**
 * Burst of frames per connection: a page that reconnects sends the messages it has queued. 4129
 * `too_many_frames`.
 */
export const FRAMES_AT_ONCE = 200;

/**
 * Length that costs a connection one more frame of its budget, in characters or bytes: each message
 * is copied to every member.
 */
export const FRAME_COST_LENGTH = 4096;

/**
 * The longest belfry.v1 request other than `publish`, in characters: a `refresh` with the longest
 * token (4,096). Error 400 `bad_request`.
 */
export const REQUEST_LENGTH = 4352;

/**
 * Relayed characters or bytes of one group per second, and at once: each is copied to every member.
 * The sender of a further one is closed with 4129 `too_many_frames`.
 */
export const RELAYED_PER_SECOND = 65_536;
export const RELAYED_AT_ONCE = 524_288;

/**
 * Joins, and leaves, within this time of one another share a frame, in ms: a crowd that arrives or
 * leaves together costs few frames.
 */
export const PRESENCE_WITHIN_MS = 5;

/**
 * Members above which joins and leaves are no longer announced: each would be sent to every member.
 * Requests for presence have the counts.
 */
export const PRESENCE_MEMBERS = 200;

/**
 * Open connections without a token that one address may have in an order's group, and in any other:
 * an office or a mobile network behind one address is a real crowd, but not at one order. The setting
 * `CONNECTIONS_PER_ADDRESS`. 503 or 4107 `address_full`.
 */
export const CONNECTIONS_PER_ADDRESS_AND_ORDER = 50;
export const CONNECTIONS_PER_ADDRESS = 500;
export const CONNECTIONS_PER_ADDRESS_MAX = 100_000;

/**
 * Requests without a credential that wake an object (handshakes, orders), per address at once: as
 * many times its connections, so that a crowd comes back after a deployment and may fail once.
 */
export const ANONYMOUS_BURST_FACTOR = 2;

/**
 * Seconds in which that budget is full again: at the default 1,000 requests, 2.5 a second. A month of
 * those costs less than a dollar (docs/security.md). 429 `too_many_requests`, in a handshake 429 or 4128 `too_many_upgrades`.
 */
export const ANONYMOUS_REFILL_SECONDS = 400;

/**
 * Wrong keys, tokens and signatures per address at once, and a second: a genuine one always passes.
 * 429 `too_many_requests`.
 */
export const FAILURES_AT_ONCE = 100;
export const FAILURES_PER_SECOND = 1;

/** Addresses whose budgets one isolate keeps. Those that have waited longest for nothing are forgotten first. */
export const BUDGETS_KEPT = 100_000;

/**
 * Connections of one group. One thread serves them all: beyond this a push takes longer than a
 * person waits. The setting `CONNECTIONS_PER_GROUP`, up to a little less than the platform's 32,768.
 * 503 or 4100 `group_full`.
 */
export const CONNECTIONS_PER_GROUP = 10_000;
export const CONNECTIONS_PER_GROUP_MAX = 32_000;

/**
 * Connections of one token subject to one group: the tabs and devices of one person. 503 or 4101
 * `subject_full`.
 */
export const CONNECTIONS_PER_SUBJECT = 50;

/** Default number of publications in a group's history. */
export const HISTORY_SIZE = 100;

/**
 * Default retention of a publication, in seconds: longer than a tunnel, a lift or a closed laptop.
 */
export const HISTORY_TTL_SECONDS = 300;

/**
 * Publications in one history response, which is built in memory. 422 `bad_query`, in a frame 400
 * `bad_request`.
 */
export const HISTORY_MAX = 1000;

/** Connections per page of a list. 422 `bad_query`. */
export const LISTED_MAX = 1000;

/** Default page size of a list. */
export const LISTED_SIZE = 100;

/**
 * Length of the publications in one frame of a replay or history, in UTF-16 units. A browser
 * handles each frame without a stutter.
 */
export const REPLAY_LENGTH = 262_144;

/**
 * Delay before a leave is announced, in ms, so that a reload is invisible. Pusher uses the same.
 */
export const LINGER_MS = 3000;

/**
 * Grace period of a connection in belfry.v1 after its token expired, in ms, for a `refresh`.
 * Centrifugo allows the same.
 */
export const TOKEN_GRACE_MS = 25_000;

/**
 * A token's `sub`, in characters: an id, since each join sends it to all members. 422
 * `malformed_sub`, in a token `token_invalid`.
 */
export const SUB_CHARS = 200;

/** A request's id, in characters: the reply repeats it. 400 `bad_request`. */
export const REQUEST_ID_CHARS = 64;

/**
 * An `Idempotency-Key`, in characters: a row is stored under it for a day. 422
 * `bad_idempotency_key`.
 */
export const IDEMPOTENCY_KEY_CHARS = 200;

/** Sends in one batch: each may wake a Durable Object. 422 `bad_batch`. */
export const BATCH_MAX = 100;

/** The body of a batch, in bytes: sixteen of the largest single ones. 413 `body_too_large`. */
export const BATCH_BYTES = 1_048_576;

/** Groups per metrics request: each wakes a Durable Object. 422 `bad_query`. */
export const METRIC_GROUPS_MAX = 20;

/**
 * The length of a tick's frame, in UTF-16 units. The latest is stored in one value, which the
 * platform limits to 2 MB. `too_large` in the log.
 */
export const TICK_LENGTH = 524_288;

/**
 * The longest token, in characters. Proxies limit all headers together to 8–16 KiB, and a token is
 * verified before any other check. `token_invalid`.
 */
export const TOKEN_CHARS = 4096;

/**
 * Entries in a token's `groups`, each compared at every handshake. A prefix with `*` covers many.
 */
export const TOKEN_GROUPS = 100;

/**
 * The longest `info` of a token, in characters of its JSON. Each member receives those of all
 * others.
 */
export const TOKEN_INFO_CHARS = 1024;

/**
 * The latest time in a token, in seconds since 1970: the year 2286. A later one is in ms by
 * mistake, and would be valid for 50,000 years.
 */
export const TOKEN_TIME_SECONDS_MAX = 10_000_000_000;

/**
 * Tolerance for an issuer's clock that is ahead, in seconds, as after a restart or between two time
 * servers. For `nbf` only.
 */
export const TOKEN_LEEWAY_SECONDS = 5;

/**
 * The default of `TOKEN_MAX_SECONDS`, the longest life of a token: a day. Whoever revokes a user waits
 * no longer for old tokens to end. `token_invalid`.
 */
export const TOKEN_MAX_SECONDS_DEFAULT = 86_400;

/** Shorter lives end while a page loads. */
export const TOKEN_MAX_SECONDS_MIN = 60;

/** The life of a ticket, in seconds: a page connects at once. */
export const TICKET_SECONDS = 60;

/**
 * The shortest `TOKEN_SECRET`, in characters: HS256 requires a key as long as its hash, 32 bytes
 * (RFC 7518, 3.2).
 */
export const TOKEN_SECRET_CHARS = 32;
