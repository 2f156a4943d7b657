// Secrets of the operator's choice: published and guessable ones are refused, random ones are accepted.
import { randomBytes } from "node:crypto";
import { readFileSync } from "node:fs";
import { parseEnv } from "node:util";
import { describe, expect, it } from "vitest";
import { bitsOf, isExample, secretFault } from "../../src/core/secret.ts";
import { readSettings } from "../../src/core/settings.ts";

/** Every text in a published file that is or holds a secret. */
function secretsIn(file: string): readonly (readonly [name: string, secret: string])[] {
  const found: [string, string][] = [];
  const visit = (name: string, value: unknown): void => {
    if (typeof value === "string") found.push([name, value]);
    else for (const [key, item] of Object.entries(value as object)) visit(`${name}.${key}`, item); // parsed JSON
  };
  for (const [name, text = ""] of Object.entries(parseEnv(readFileSync(file, "utf8")))) {
    if (name.startsWith("CALLBACK_")) visit(name, JSON.parse(text));
    else if (name !== "DEVELOPMENT") found.push([name, text]);
  }
  return found.filter(([name]) => /KEY|SECRET|secret|Key|https:/.test(name));
}

describe.each(["development.vars", "template/development.vars"])("a secret of %s", (file) => {
  it.each(secretsIn(file))("%s is recognised, in whichever notation", (_name, secret) => {
    const pem = `-----BEGIN PUBLIC KEY-----\n${secret.match(/.{1,64}/g)?.join("\n")}\n-----END PUBLIC KEY-----\n`;
    expect(isExample(secret)).toBe(true);
    expect(isExample(secret.replace(/^whsec_|=+$/g, ""))).toBe(true);
    if (secret.startsWith("MII")) expect(isExample(pem)).toBe(true);
  });
});

describe("a secret", () => {
  it.each(["hex", "base64", "base64url"] as const)("of 16 random bytes in %s is accepted", (encoding) => {
    for (let i = 0; i < 1000; i++) expect(secretFault(randomBytes(16).toString(encoding))).toBeNull();
  });

  it.each([
    ["a word repeated", "secretsecretsecretsecretsecretsecret"],
    ["one letter", "a".repeat(64)],
    ["digits in a row, repeated", "0123456789".repeat(4)],
    ["hex in a row, twice", "0123456789abcdef0123456789abcdef"],
    ["a short word", "correct-horse-battery"],
    ["64 bits in hex", randomBytes(8).toString("hex")],
    ["120 bits in hex", randomBytes(15).toString("hex")],
    ["20 digits", "83710294655102938471"],
  ])("that is %s is refused with a command that makes a good one", (_what, secret) => {
    expect(secretFault(secret)).toMatch(/128 bits or more: openssl rand/);
  });

  it("has the bits of its alphabet", () => {
    expect(bitsOf("0123456789abcdef")).toBe(64);
    expect(bitsOf("Aa1-Aa1-")).toBe(0);
  });
});

describe("outside development", () => {
  const strong = randomBytes(32).toString("base64");
  const url = { FORWARD_URL: "https://shop.example/hook" };
  it.each(["API_KEYS", "ORDER_ID_KEY", "ORDER_STATUS_KEY", "TOKEN_SECRET", "FORWARD_SECRET"] as const)(
    "%s with a published or guessable secret is a bad setting that is named",
    (setting) => {
      const published = parseEnv(readFileSync("development.vars", "utf8"))[setting] ?? "";
      const weak = setting === "FORWARD_SECRET" ? "YWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFh" : "guess-me".repeat(5);
      for (const value of [published, weak, `${strong.replaceAll(/[+/=]/g, "x")},${weak}`]) {
        const read = readSettings({ ...url, FORWARD_SECRET: strong, [setting]: value });
        expect(read).toMatchObject({ ok: false, reason: { setting } });
        expect(JSON.stringify(read)).not.toContain(value);
        expect(readSettings({ ...url, FORWARD_SECRET: strong, [setting]: value, DEVELOPMENT: "1" }).ok).toBe(true);
      }
    },
  );
});
