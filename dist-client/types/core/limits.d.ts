/** How often a client that sends heartbeats sends one. Below the 60–100 s after which proxies cut an idle connection. */
export declare const HEARTBEAT_SECONDS = 25;
/** A connection that once sent a heartbeat and then missed this many is taken for dead (a phone in a tunnel comes back; a closed tab does not). */
export declare const HEARTBEATS_MISSED = 3;
/** The longest a `produce` may take, whatever its period: a group's next tick must not wait for a backend that hangs. */
export declare const PRODUCE_MS = 30000;
/** The shortest period of a push: an object wakes and writes one row for each tick. */
export declare const PUSH_EVERY_SECONDS_MIN = 0.1;
/** The longest period: what `setAlarm` is good for is not published; a day is more than any dashboard waits. */
export declare const PUSH_EVERY_SECONDS_MAX = 86400;
/** The largest body a backend may send. Ably stops at 64 KiB too: more belongs behind a URL. 413 `body_too_large`. */
export declare const BODY_BYTES = 65536;
/** The longest message of a page, in UTF-16 units of a text or bytes of a binary message. Parsing and relaying cost everybody's time. 1009 `frame_too_large`. */
export declare const MESSAGE_LENGTH = 32768;
/** The same where texts are relayed: the articles' stack delivers 100,000 characters, so pages may send as many. 1009 as well. */
export declare const RELAYED_LENGTH = 131072;
/** Channels' limit for a group name, in characters. 422 `malformed_group`. */
export declare const GROUP_NAME_CHARS = 99;
/** The largest delivery of a payment provider. WeChat's and Alipay's are below 8 KiB, Stripe's can be some 100 KiB. 413 `body_too_large`. */
export declare const WEBHOOK_BYTES = 262144;
/** The shortest retention of an order: card networks allow disputes for up to 540 days after a payment. */
export declare const ORDER_RETENTION_DAYS_MIN = 540;
export declare const ORDER_RETENTION_DAYS_MAX = 36500;
/** How long an event waits for its payment, in days: as long as a dispute may follow one. */
export declare const ORPHAN_DAYS = 540;
/** Deliveries about no order are known again for this many days: the longest span of retries is Adyen's, 30 days. */
export declare const DELIVERY_DAYS = 90;
/** Facts of one order: more than any payment has. Beyond, events are handed on and the order is flagged `full`. */
export declare const FACTS_MAX = 1000;
/** The longest an order may wait for its payment, in seconds: a year. */
export declare const EXPIRES_IN_SECONDS_MAX = 31536000;
/** A merchant's order id, in characters. Stripe's client_reference_id, the longest among the providers, takes 200. */
export declare const ORDER_ID_CHARS = 200;
/** How long a backend that tells an order's status may take, in ms. */
export declare const STATUS_MS = 10000;
/** A day, in ms. */
export declare const DAY_MS = 86400000;
/** Frames a connection may send per second, over time, heartbeats aside (they never reach the object): nobody types faster. Each wakes it. */
export declare const FRAMES_PER_SECOND = 20;
/** Frames it may send at once: a page that comes back sends what it had to keep to itself. 4129 `too_many_frames`. */
export declare const FRAMES_AT_ONCE = 200;
/**
 * Handshakes from one address, and in how many seconds they are counted: an office behind one address comes back after a deployment, a
 * loop is faster. The platform counts them, as wrangler.toml says. 429 or 4128 `too_many_upgrades`.
 */
export declare const UPGRADES_PER_ADDRESS = 1000;
export declare const UPGRADES_SECONDS = 10;
/** Connections of one group. One thread serves them all: beyond this a push takes longer than a person waits. The platform ends at 32,768. 503 or 4100 `group_full`. */
export declare const CONNECTIONS_PER_GROUP = 10000;
/** Connections of one token subject to one group: tabs and devices of a person, not a crowd behind one token. 503 or 4101 `subject_full`. */
export declare const CONNECTIONS_PER_SUBJECT = 50;
/** Publications a group keeps, unless its consumer says otherwise. */
export declare const HISTORY_SIZE = 100;
/** How long it keeps each, in seconds, unless its consumer says otherwise: longer than a tunnel, a lift, a laptop's lid. */
export declare const HISTORY_TTL_SECONDS = 300;
/** The most publications one answer tells: it is put together in memory, whole. 422 `bad_query`, in a frame 400 `bad_request`. */
export declare const HISTORY_MAX = 1000;
/** The most connections one answer lists: a page of a list that goes on. 422 `bad_query`. */
export declare const LISTED_MAX = 1000;
/** How many it lists unless it is asked for more, or fewer. */
export declare const LISTED_SIZE = 100;
/** The length of the publications in one frame of a replay or of a history, in UTF-16 units: a browser takes each in without a stutter. */
export declare const REPLAY_LENGTH = 262144;
/** How long a member that went may take to come back before the others are told, in ms: a reload is no leave. Pusher waits as long. */
export declare const LINGER_MS = 3000;
/** How long a connection in belfry.v1 may stay after its token ran out, in ms: time for a `refresh`. Centrifugo gives as long. */
export declare const TOKEN_GRACE_MS = 25000;
/** A sub, in characters: an id and not a text; each join tells it to everybody. 422 `malformed_sub`, of a token `token_invalid`. */
export declare const SUB_CHARS = 200;
/** A request's id, in characters: the reply repeats it. 400 `bad_request`. */
export declare const REQUEST_ID_CHARS = 64;
/** An `Idempotency-Key`, in characters: a row is kept under it for a day. 422 `bad_idempotency_key`. */
export declare const IDEMPOTENCY_KEY_CHARS = 200;
/** Sends in one batch: each may wake an object. 422 `bad_batch`. */
export declare const BATCH_MAX = 100;
/** The body of a batch, in bytes: sixteen of the largest single ones. 413 `body_too_large`. */
export declare const BATCH_BYTES = 1048576;
/** Groups that one look at the metrics asks: each is an object woken. 422 `bad_query`. */
export declare const METRIC_GROUPS_MAX = 20;
/** The length of a tick's frame, in UTF-16 units: the latest is kept in one value, and the platform's end at 2 MB. `too_large` in the log. */
export declare const TICK_LENGTH = 524288;
/** The longest token, in characters. Whole headers may have 8 to 16 KiB at the proxies on the way, and a token is verified before anything else is known. `token_invalid`. */
export declare const TOKEN_CHARS = 4096;
/** The most entries in a token's `groups`. Each is compared when its bearer comes; who needs more uses a beginning with `*`. */
export declare const TOKEN_GROUPS = 100;
/** The longest `info` of a token, in characters of its JSON: everybody in the group is sent everybody's. */
export declare const TOKEN_INFO_CHARS = 1024;
/** The latest time in a token, in seconds since 1970: the year 2286. A later one is in ms, and would make a key of 50,000 years. */
export declare const TOKEN_TIME_SECONDS_MAX = 10000000000;
/** How far an issuer's clock may be ahead of ours, in seconds: as it is after a restart or between two time servers. For `nbf` only. */
export declare const TOKEN_LEEWAY_SECONDS = 5;
/** The shortest `TOKEN_SECRET`, in characters: HS256 wants a key as long as its hash, 32 bytes (RFC 7518, 3.2). */
export declare const TOKEN_SECRET_CHARS = 32;
/** How long an issuer's keys are good without asking again, in ms. A key that was taken back counts for so long. */
export declare const JWKS_FRESH_MS = 600000;
/** How long they are good while the issuer does not answer, in ms: longer than a short outage, shorter than a stolen key is worth. */
export declare const JWKS_STALE_MS = 3600000;
/** The shortest time between two questions for keys, in ms: what strangers sign with keys of their own must not be passed on as load. */
export declare const JWKS_COOL_DOWN_MS = 10000;
/** How long an issuer may take to tell its keys, in ms: a page is waiting for its connection meanwhile. */
export declare const JWKS_MS = 5000;
/** The largest set of keys, in bytes. A key has some 500, with its certificates 5 KiB. */
export declare const JWKS_BYTES = 65536;
