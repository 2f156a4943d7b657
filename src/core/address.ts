// Addresses: the one by which a client's budget is kept is IPv4 as it is, and IPv6 by its /64, which one household or host has. Pure.

/** Null for a text that is no address: such a client has no budget of its own. */
export function addressKey(text: string | null): string | null {
  const address = (text ?? "").trim().toLowerCase();
  const ipv4 = IPV4.exec(address)?.[1];
  if (ipv4 !== undefined) return ipv4;
  const groups = ipv6Groups(/^\[?([^\]%]*)/.exec(address)?.[1] ?? "");
  if (groups === null) return null;
  const isMapped = groups.slice(0, 5).every((group) => group === 0) && groups[5] === 0xffff;
  if (isMapped)
    return groups
      .slice(6)
      .flatMap((group) => [group >> 8, group & 255])
      .join(".");
  return `${groups
    .slice(0, 4)
    .map((group) => group.toString(16))
    .join(":")}::/64`;
}

/** With the port that some proxies add, and as an IPv6 address that maps it. */
const IPV4 = /^(?:\[?::ffff:)?(\d{1,3}(?:\.\d{1,3}){3})\]?(?::\d+)?$/;

/** The eight groups of an IPv6 address (RFC 4291, 2.2); null for any other text. */
function ipv6Groups(text: string): readonly number[] | null {
  const halves = text.split("::");
  if (halves.length > 2) return null;
  const [head = [], tail = []] = halves.map((half) => (half === "" ? [] : half.split(":")));
  const missing = 8 - head.length - tail.length;
  if (halves.length === 2 ? missing < 1 : missing !== 0) return null;
  const groups = [...head, ...Array<string>(missing).fill("0"), ...tail];
  return groups.every((group) => /^[\da-f]{1,4}$/.test(group))
    ? groups.map((group) => Number.parseInt(group, 16))
    : null;
}

/** Whether a URL's host name is this machine (RFC 6761, 6.3; RFC 1122, 3.2.1.3). */
export const isLoopback = (hostname: string): boolean =>
  /^((.+\.)?localhost|127\.\d+\.\d+\.\d+|\[::1\])$/.test(hostname);
