// Addresses of clients: the text by which a budget is kept.
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { addressKey, isLoopback } from "../../src/core/address.ts";

describe("an address", () => {
  it.each([
    ["192.0.2.7", "192.0.2.7"],
    [" 192.0.2.7:51234 ", "192.0.2.7"],
    ["::ffff:192.0.2.7", "192.0.2.7"],
    ["[::FFFF:192.0.2.7]:443", "192.0.2.7"],
    ["::ffff:c000:207", "192.0.2.7"],
    ["2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"],
    ["2001:DB8:1:2::", "2001:db8:1:2::/64"],
    ["[2001:db8:1:2::9]:51234", "2001:db8:1:2::/64"],
    ["fe80::1%eth0", "fe80:0:0:0::/64"],
    ["::1", "0:0:0:0::/64"],
    ["2001:db8::1", "2001:db8:0:0::/64"],
  ])("%s counts as %s", (text, key) => expect(addressKey(text)).toBe(key));

  it.each([
    null,
    "",
    "unknown",
    "localhost",
    "1.2.3",
    "1:2:3",
    "2001:db8::1::2",
    "12345::",
    "g::1",
    "1:2:3:4:5:6:7:8:9",
  ])("%s is none", (text) => expect(addressKey(text)).toBeNull());

  it("of one /64 counts as one, in every notation, and of another /64 as another", () => {
    const group = fc.integer({ min: 0, max: 0xffff });
    const eight = fc.tuple(group, group, group, group, group, group, group, group);
    const written = (groups: readonly number[]) => groups.map((value) => value.toString(16)).join(":");
    fc.assert(
      fc.property(eight, eight, (a, b) => {
        const short = new URL(`http://[${written(a)}]/`).hostname; // with `::` for its longest run of zeros
        expect(addressKey(short)).toBe(addressKey(written(a)));
        const isSame = written(a.slice(0, 4)) === written(b.slice(0, 4));
        expect(addressKey(written(a)) === addressKey(written(b))).toBe(isSame);
      }),
    );
  });
});

it("a host name is a loopback one, or it is not", () => {
  const hosts = ["localhost", "app.localhost", "127.0.0.1", "127.8.0.1", "[::1]"];
  expect(hosts.every(isLoopback)).toBe(true);
  const others = ["localhost.example", "shop.example", "128.0.0.1", "127.0.0.1.example", "[::2]", "0.0.0.0", ""];
  expect(others.some(isLoopback)).toBe(false);
});
