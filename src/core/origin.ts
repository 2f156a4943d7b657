// Checks the Origin header against a list in Channels' grammar. Pure.

/**
 * One entry of `ALLOWED_ORIGINS`, with the grammar of Channels' `OriginValidator`. `*` allows all
 * origins, `example.com` a host with any scheme and port, `.example.com` also its subdomains.
 * `https://example.com[:port]` allows this scheme and port, by default the scheme's own port.
 */
export type OriginPattern =
  | { readonly kind: "any" }
  | { readonly kind: "host"; readonly host: string }
  | { readonly kind: "origin"; readonly scheme: string; readonly host: string; readonly port: string };

interface Origin {
  readonly scheme: string;
  readonly host: string;
  readonly port: string;
}

// RFC 6454, 6.2: scheme "://" host [ ":" port ]. A host is a name, an IPv4 address, or an IPv6
// address in brackets.
const HOST = String.raw`\.?[a-z0-9_-][a-z0-9._-]*|\[[0-9a-f:.]+\]`;
const ORIGIN = new RegExp(`^([a-z][a-z0-9+.-]*)://(${HOST})(?::([0-9]{1,5}))?$`);
const HOST_ONLY = new RegExp(`^(${HOST})(?::[0-9]{1,5})?$`);
const DEFAULT_PORTS: ReadonlyMap<string, string> = new Map([
  ["http", "80"],
  ["https", "443"],
]);

/**
 * Parses one entry of the list; null if invalid. A port after a host without a scheme is ignored,
 * as in Channels.
 */
export function parseOriginPattern(text: string): OriginPattern | null {
  const entry = text.toLowerCase().replace(/\/$/, ""); // Channels accepts a trailing slash
  if (entry === "*") return { kind: "any" };
  const host = HOST_ONLY.exec(entry)?.[1];
  if (host !== undefined) return { kind: "host", host };
  const origin = parseOrigin(entry);
  return origin === null ? null : { kind: "origin", ...origin };
}

/**
 * Whether a page of `origin` may connect. `origin` is the header as sent; without one (null) the
 * result is false. An empty list allows `own`, the origin of the request's URL.
 */
export function originAllowed(patterns: readonly OriginPattern[], origin: string | null, own: string): boolean {
  if (origin === null) return false;
  const page = parseOrigin(origin.toLowerCase());
  if (patterns.length === 0) return page !== null && isSame(page, parseOrigin(own.toLowerCase()));
  return patterns.some((pattern) => matches(pattern, page));
}

function matches(pattern: OriginPattern, page: Origin | null): boolean {
  switch (pattern.kind) {
    case "any":
      return true;
    case "host":
      return page !== null && sameDomain(page.host, pattern.host);
    case "origin":
      return (
        page !== null &&
        page.scheme === pattern.scheme &&
        page.port === pattern.port &&
        sameDomain(page.host, pattern.host)
      );
  }
}

const isSame = (page: Origin, own: Origin | null): boolean =>
  page.scheme === own?.scheme && page.host === own.host && page.port === own.port;

const sameDomain = (host: string, pattern: string): boolean =>
  pattern.startsWith(".") ? host.endsWith(pattern) || host === pattern.slice(1) : host === pattern;

function parseOrigin(text: string): Origin | null {
  const [, scheme, host, port] = ORIGIN.exec(text) ?? [];
  if (scheme === undefined || host === undefined) return null;
  return { scheme, host, port: port ?? DEFAULT_PORTS.get(scheme) ?? "" };
}
