// Every number that bounds something, with its unit in its name and its reason beside it. Only numbers.

/** How often a client that sends heartbeats sends one. Below the 60–100 s after which proxies cut an idle connection. */
export const HEARTBEAT_SECONDS = 25;

/** A connection that once sent a heartbeat and then missed this many is taken for dead (a phone in a tunnel comes back; a closed tab does not). */
export const HEARTBEATS_MISSED = 3;

/** The longest a `produce` may take, whatever its period: a group's next tick must not wait for a backend that hangs. */
export const PRODUCE_MS = 30_000;

/** The shortest period of a push: an object wakes and writes one row for each tick. */
export const PUSH_EVERY_SECONDS_MIN = 0.1;

/** The longest period: what `setAlarm` is good for is not published; a day is more than any dashboard waits. */
export const PUSH_EVERY_SECONDS_MAX = 86_400;

/** The largest body a backend may send. Ably and Pusher stop at 64 KiB too: more belongs behind a URL. */
export const BODY_BYTES = 65_536;

/** The longest message of a page, in UTF-16 units of a text or bytes of a binary message. Parsing and relaying cost everybody's time. */
export const MESSAGE_LENGTH = 32_768;

/** The same where texts are relayed: the articles' stack delivers 100,000 characters, so pages may send as many. */
export const RELAYED_LENGTH = 131_072;

/** Channels' limit for a group name, in characters. */
export const GROUP_NAME_CHARS = 99;

/** The largest delivery of a payment provider. WeChat's and Alipay's are below 8 KiB, Stripe's can be some 100 KiB. */
export const WEBHOOK_BYTES = 262_144;

/** Providers retry for up to 30 days (Adyen): facts that are given up sooner would be taken for new when they come again. */
export const ORDER_RETENTION_DAYS_MIN = 32;
export const ORDER_RETENTION_DAYS_MAX = 3650;

/** The longest an order may wait for its payment, in seconds: a year. */
export const EXPIRES_IN_SECONDS_MAX = 31_536_000;

/** A merchant's order id, in characters. Stripe's client_reference_id, the longest among the providers, takes 200. */
export const ORDER_ID_CHARS = 200;

/** How long a backend that tells an order's status may take, in ms. */
export const STATUS_MS = 10_000;

/** A day, in ms. */
export const DAY_MS = 86_400_000;
