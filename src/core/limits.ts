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
