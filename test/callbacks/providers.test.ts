// Common to all nine providers: replies, settings, and the deliveries of scripts/sign.ts.
import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { callbackSetting } from "../../scripts/development.ts";
import { outcomes, signed, type Outcome } from "../../scripts/sign.ts";
import type { ReplyVerdict } from "../../src/callbacks/adapter.ts";
import { providers } from "../../src/callbacks/providers.ts";
import { configured, NOW, usd, verifyOne, webhook } from "./delivery.ts";

const names = [...providers.keys()];
const verdicts: readonly ReplyVerdict[] = ["stored", "duplicate", "ignored", "refused", "try_again"];

it("there are nine providers", () => {
  expect(names).toEqual(["stripe", "alipay", "wechatpay", "paypal", "adyen", "square", "paddle", "standard", "hmac"]);
});

describe("the reply", () => {
  const fail = '{"code":"FAIL","message":"失败"}';
  const words: Readonly<Record<string, readonly [success: string, failure: string, type: string]>> = {
    alipay: ["success", "fail", "text/plain"],
    wechatpay: ["", fail, "application/json"],
    adyen: ["[accepted]", "", "text/plain"],
  };

  it.each(names.flatMap((name) => verdicts.map((verdict) => [name, verdict] as const)))(
    "of %s to a %s delivery has the provider's status and body",
    (name, verdict) => {
      const [success, failure, type] = words[name] ?? ["", "", "text/plain"];
      const isSuccess = verdict === "stored" || verdict === "duplicate" || verdict === "ignored";
      expect(providers.get(name)?.reply(verdict)).toEqual({
        status: isSuccess ? 200 : verdict === "refused" ? 401 : 503,
        headers: { "content-type": type },
        body: isSuccess ? success : failure,
      });
    },
  );
});

describe("a setting", () => {
  const CANARY = "canary-that-must-not-sing";
  /** Invalid values; the canary represents a secret. */
  const spoilt: readonly unknown[] = [
    "",
    null,
    7,
    CANARY.length * -1,
    true,
    [],
    [CANARY, ""],
    {},
    { [CANARY]: CANARY },
    { [CANARY]: 1 },
    CANARY,
    `https://${CANARY}`,
    `${CANARY}://x`,
  ];
  const more: Readonly<Record<string, readonly string[]>> = {
    stripe: ["account", "apiKey", "apiBase"],
    alipay: ["appPrivateKey", "gateway"],
    wechatpay: ["merchantPrivateKey", "merchantSerial", "publicKeyId", "apiBase"],
    paypal: ["certs"],
    paddle: ["tolerance"],
    standard: ["headerPrefix", "paths", "outcomes", "unit"],
    hmac: ["prefix", "encoding", "paths", "outcomes", "unit"],
  };

  it.each(names)("of %s from the development example is accepted", async (name) => {
    expect((await providers.get(name)?.configure(callbackSetting(name)))?.ok).toBe(true);
  });

  it.each(names)(
    "of %s with invalid values causes no exception, and its values stay out of the error",
    async (name) => {
      const setting = callbackSetting(name);
      const fields = [...Object.keys(setting), ...(more[name] ?? [])];
      for (const field of fields) {
        for (const value of spoilt) {
          const opened = await providers.get(name)?.configure({ ...setting, [field]: value });
          if (opened?.ok === false) expect(opened.reason).not.toContain(CANARY);
        }
      }
      for (const whole of [null, undefined, CANARY, [CANARY], 7]) {
        const configured = await providers.get(name)?.configure(whole);
        expect(configured?.ok === false && configured.reason).toMatch(/^must be a JSON object \(received .+\)$/);
      }
    },
  );

  it.each(names)("of %s without a required field is an error that names the field", async (name) => {
    const setting = callbackSetting(name);
    const optional = new Set(["apiBase", "certs", "timestampHeader"]);
    for (const field of Object.keys(setting).filter((key) => !optional.has(key))) {
      const opened = await providers.get(name)?.configure({ ...setting, [field]: undefined });
      expect(opened?.ok === false && opened.reason).toMatch(new RegExp(`^${field} must be `));
    }
  });

  it.each([
    ["stripe", "livemode"],
    ["stripe", "account"],
    ["alipay", "appId"],
    ["alipay", "sellerId"],
    ["wechatpay", "mchid"],
    ["wechatpay", "appid"],
    ["paypal", "merchantId"],
    ["adyen", "merchantAccount"],
    ["adyen", "live"],
    ["square", "merchantId"],
  ])("of %s disables the check of %s only by the value any", async (name, field) => {
    const setting = callbackSetting(name);
    expect(await providers.get(name)?.configure({ ...setting, [field]: "any" })).toMatchObject({ ok: true });
    expect(await providers.get(name)?.configure({ ...setting, [field]: "" })).toMatchObject({ ok: false });
    expect(await providers.get(name)?.configure({ ...setting, [field]: [] })).toMatchObject({ ok: false });
  });

  it.each(["standard", "hmac"])(
    "of %s with a paid outcome must name amount and currency, or be unsigned",
    async (name) => {
      const { paths: _, ...bare } = callbackSetting(name);
      for (const paths of [{}, { amount: "a" }, { currency: "c" }]) {
        const opened = await providers.get(name)?.configure({ ...bare, paths });
        expect(opened?.ok === false && opened.reason).toMatch(/^paths must be .*amount and currency/);
      }
      expect(await providers.get(name)?.configure({ ...bare, amount: "unsigned" })).toMatchObject({ ok: true });
      expect(await providers.get(name)?.configure({ ...bare, amount: "signed" })).toMatchObject({ ok: false });
      expect(await providers.get(name)?.configure({ ...bare, outcomes: { x: "refund" } })).toMatchObject({ ok: true });
    },
  );

  it.each(names)("of %s has the path of the order id as a string or a list", async (name) => {
    const configureOrder = (order: unknown) => providers.get(name)?.configure({ ...callbackSetting(name), order });
    // Adyen signs only one field of the merchant.
    const path = name === "adyen" ? "merchantReference.order" : "metadata.order";
    expect(await configureOrder(path)).toMatchObject({ ok: true });
    expect(await configureOrder([path, path])).toMatchObject({ ok: true });
    for (const order of [7, {}, [], [""]]) expect((await configureOrder(order))?.ok === false && order).toBe(order);
  });

  it.each(names)("of %s with a misspelt field is an error", async (name) => {
    const opened = await providers.get(name)?.configure({ ...callbackSetting(name), [CANARY]: true });
    expect(opened?.ok === false && opened.reason).toMatch(/^must have only the fields .+ \(received 1 more\)$/);
  });

  it("with a base URL that is neither https nor localhost is an error", async () => {
    for (const apiBase of ["http://api.stripe.com", "ftp://localhost", "localhost", "http://localhost.evil.example"]) {
      expect(await providers.get("stripe")?.configure({ secret: "s", livemode: false, apiBase })).toEqual({
        ok: false,
        reason: `apiBase must be an https URL, or http on localhost (received ${apiBase.length} characters)`,
      });
    }
  });

  it("with a certificate instead of a public key is an error that names both", async () => {
    const setting = {
      ...callbackSetting("alipay"),
      alipayPublicKey: "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----",
    };
    expect(await providers.get("alipay")?.configure(setting)).toEqual({
      ok: false,
      reason:
        "alipayPublicKey must be an RSA public key (BEGIN PUBLIC KEY): openssl x509 -pubkey extracts it from a certificate (received a PEM block CERTIFICATE)",
    });
  });
});

it("the development example has one line of JSON in single quotes per provider, which every parser of such files reads", () => {
  const text = readFileSync(new URL("../../development.vars", import.meta.url), "utf8");
  const lines = text.split("\n").filter((line) => line.startsWith("CALLBACK_"));
  expect(lines.map((line) => /^CALLBACK_([A-Z]+)='\{[^'\\$`]+\}'$/.exec(line)?.[1]?.toLowerCase())).toEqual(names);
});

describe("a delivery made for development", () => {
  /** Outcomes that a provider does not send. */
  const never: Readonly<Record<string, readonly Outcome[]>> = {
    stripe: ["closed"],
    alipay: ["failed", "disputed"],
    wechatpay: ["pending", "failed", "closed", "disputed"],
    paypal: ["closed"],
    adyen: ["closed"],
    square: ["closed"],
    standard: ["disputed"],
    hmac: ["disputed"],
  };
  const first: Readonly<Record<Outcome, string>> = {
    pending: "payment",
    failed: "payment",
    closed: "payment",
    paid: "payment",
    partially_refunded: "refund",
    refunded: "refund",
    disputed: "dispute",
  };
  const told = { orderId: "ORD-1", amount: "19.99", currency: "USD", now: NOW };

  const cases = names.flatMap((name) => outcomes.map((outcome) => [name, outcome] as const));

  it.each(cases)("by %s of the outcome %s is verified", async (name, outcome) => {
    if (never[name]?.includes(outcome) === true) {
      expect(() => signed(name, { ...told, outcome, setting: callbackSetting(name) })).toThrow(/never|has no outcome/);
      return;
    }
    const { headers, body } = signed(name, { ...told, outcome, setting: callbackSetting(name) });
    const callback = await verifyOne(await configured(name, callbackSetting(name)), webhook(headers, body));
    // `transaction.ready` has no rule.
    if (name === "paddle" && outcome === "pending") return expect(callback.facts).toEqual([]);
    const fact = callback.facts.find(({ kind }) => kind === first[outcome]);
    expect(fact).toMatchObject(first[outcome] === "payment" ? { status: outcome } : { kind: first[outcome] });
    const amount = outcome === "partially_refunded" ? "9.99" : "19.99";
    expect(fact).toMatchObject({ money: name === "alipay" ? { ...usd(amount), currency: "CNY" } : usd(amount) });
    // Refunds and disputes may have only a payment id.
    expect(["ORD-1", first[outcome] === "payment" ? "" : null]).toContain(callback.orderId);
    expect(callback.paymentId).toContain(name === "paypal" ? "CAP" : "ORD-1");
  });

  it("for another setting is signed with that setting's secret and field names", async () => {
    const setting = {
      secret: ["s1", "s2"],
      header: "X-Sig",
      prefix: "v0=",
      encoding: "base64",
      paths: { order: "a.b", amount: "a.c", currency: "currency" },
      unit: "major",
    };
    const { headers, body } = signed("hmac", { ...told, outcome: "paid", setting });
    const callback = await verifyOne(await configured("hmac", setting), webhook(headers, body));
    expect(callback).toMatchObject({ orderId: "ORD-1", facts: [{ status: "paid", money: usd("19.99") }] });
  });

  it("for another account is authentic but yields no facts", async () => {
    for (const name of ["stripe", "alipay", "wechatpay", "paypal", "adyen", "square"]) {
      const setting = callbackSetting(name);
      const { headers, body } = signed(name, { ...told, outcome: "paid", setting, isOtherAccount: true });
      const callback = await verifyOne(await configured(name, setting), webhook(headers, body));
      expect([name, callback.ignored, callback.facts]).toEqual([name, "other_account", []]);
    }
  });

  it("made twice has the same event id", async () => {
    for (const name of names) {
      const provider = await configured(name, callbackSetting(name));
      const ids = await Promise.all(
        [0, 1000].map(async (later) => {
          const setting = callbackSetting(name);
          const { headers, body } = signed(name, { ...told, outcome: "paid", now: NOW + later, setting });
          return (await verifyOne(provider, webhook(headers, body), NOW + later)).eventId;
        }),
      );
      expect(ids[0]).toBe(ids[1]);
    }
  });
});
