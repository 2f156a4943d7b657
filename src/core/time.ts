// Formats times for the articles' pages and the API. Pure; the instant is passed in.

const formats = new Map<string, Intl.DateTimeFormat>();

/**
 * `2026-11-22 17:00:00` in an IANA zone. `now` in ms since 1970. Throws RangeError for an unknown
 * zone.
 */
export function formatTime(now: number, timeZone: string): string {
  let format = formats.get(timeZone);
  if (format === undefined) {
    format = new Intl.DateTimeFormat("en", { timeZone, hourCycle: "h23", ...fields });
    formats.set(timeZone, format);
  }
  const part = Object.fromEntries(format.formatToParts(now).map(({ type, value }) => [type, value]));
  return `${part["year"]}-${part["month"]}-${part["day"]} ${part["hour"]}:${part["minute"]}:${part["second"]}`;
}

const fields = {
  year: "numeric",
  month: "2-digit",
  day: "2-digit",
  hour: "2-digit",
  minute: "2-digit",
  second: "2-digit",
} as const;

/** `2026-11-22T17:00:00.000Z`, of ms since 1970. */
// oxlint-disable-next-line no-restricted-globals -- formats the time that is passed in
export const formatIsoTime = (at: number): string => new Date(at).toISOString();
