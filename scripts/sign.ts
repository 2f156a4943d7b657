// Signs deliveries of all nine providers with public development keys, to try Belfry without a
// provider account. For development and tests only. Runs in workerd too, since it reads no files.
import { createCipheriv, createHash, createHmac, randomBytes, sign } from "node:crypto";
import { crc32 } from "node:zlib";
import { defaults as hmacDefaults } from "../src/callbacks/hmac.ts";
import { defaults as standardDefaults } from "../src/callbacks/standard.ts";
import privateKeys from "./development-keys.json" with { type: "json" };
import {
  adyenItem,
  alipayFields,
  customEvent,
  fieldOf,
  paddleEvent,
  paypalEvent,
  squareEvent,
  stripeEvent,
  wechatpayEvent,
  type EventSpec,
  type WechatpayEvent,
} from "./events.ts";
import { eventId } from "./order-event.ts";

export { outcomes, type Outcome } from "./events.ts";

export interface Delivery {
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array<ArrayBuffer>;
}

/** Returns a signed delivery of the provider. Throws for an event that it never sends. */
export function signed(provider: string, spec: EventSpec): Delivery {
  const signer = signers.get(provider);
  if (signer === undefined) throw new Error(`no such provider: ${provider}. There are ${providerNames.join(", ")}`);
  return signer(spec);
}

/** Changes one signed byte of the delivery: of the order id if readable, else in the middle. */
export function tampered({ headers, body }: Delivery, orderId: string): Delivery {
  const at = Buffer.from(body).indexOf(orderId);
  const position = at >= 0 ? at : Math.floor(body.length / 2);
  return { headers, body: body.map((byte, i) => (i === position ? byte ^ 1 : byte)) };
}

const json = (value: unknown): Uint8Array<ArrayBuffer> => bytes(JSON.stringify(value));
const bytes = (text: string): Uint8Array<ArrayBuffer> => new Uint8Array(Buffer.from(text, "utf8"));
const jsonHeaders = { "content-type": "application/json" };
const seconds = ({ now }: EventSpec): string => String(Math.floor(now / 1000));

/** Returns the first secret of the setting, which may be a list. */
const secretOf = ({ setting }: EventSpec, name = "secret"): string => String([setting[name]].flat()[0]);

const hmac = (
  key: string | Uint8Array,
  encoding: "hex" | "base64",
  ...message: readonly (string | Uint8Array)[]
): string => {
  const digest = createHmac("sha256", key);
  for (const part of message) digest.update(part);
  return digest.digest(encoding);
};

const rsa = (provider: "alipay" | "wechatpay" | "paypal", message: string | Uint8Array): string =>
  sign("sha256", Buffer.from(message), {
    key: Buffer.from(privateKeys[provider], "base64"),
    format: "der",
    type: "pkcs8",
  }).toString("base64");

const signers: ReadonlyMap<string, (spec: EventSpec) => Delivery> = new Map([
  ["stripe", stripe],
  ["alipay", alipay],
  ["wechatpay", wechatpay],
  ["paypal", paypal],
  ["adyen", adyen],
  ["square", square],
  ["paddle", paddle],
  ["standard", standard],
  ["hmac", generic],
]);

export const providerNames: readonly string[] = [...signers.keys()];

function stripe(spec: EventSpec): Delivery {
  const body = json(spec.event ?? stripeEvent(spec));
  const t = seconds(spec);
  return {
    headers: { ...jsonHeaders, "stripe-signature": `t=${t},v1=${hmac(secretOf(spec), "hex", `${t}.`, body)}` },
    body,
  };
}

function alipay(spec: EventSpec): Delivery {
  const fields = (spec.event as ReturnType<typeof alipayFields> | undefined) ?? alipayFields(spec); // form fields
  const content = Object.keys(fields)
    .toSorted()
    .map((name) => `${name}=${fields[name] ?? ""}`)
    .join("&");
  const body = bytes(new URLSearchParams({ ...fields, sign_type: "RSA2", sign: rsa("alipay", content) }).toString());
  return { headers: { "content-type": "application/x-www-form-urlencoded; charset=utf-8" }, body };
}

function wechatpay(spec: EventSpec): Delivery {
  const { resource, ...event } = (spec.event as WechatpayEvent | undefined) ?? wechatpayEvent(spec); // not encrypted
  const nonce = randomBytes(6).toString("hex");
  const cipher = createCipheriv("aes-256-gcm", secretOf(spec, "apiV3Key"), nonce).setAAD(Buffer.from("belfry"));
  const sealed = Buffer.concat([cipher.update(JSON.stringify(resource), "utf8"), cipher.final(), cipher.getAuthTag()]);
  const body = json({
    ...event,
    resource_type: "encrypt-resource",
    resource: {
      algorithm: "AEAD_AES_256_GCM",
      ciphertext: sealed.toString("base64"),
      associated_data: "belfry",
      nonce,
    },
  });
  const [serial = ""] = Object.keys(spec.setting["keys"] ?? {});
  const timestamp = seconds(spec);
  return {
    headers: {
      ...jsonHeaders,
      "wechatpay-timestamp": timestamp,
      "wechatpay-nonce": nonce,
      "wechatpay-serial": serial,
      "wechatpay-signature": rsa("wechatpay", Buffer.concat([bytes(`${timestamp}\n${nonce}\n`), body, bytes("\n")])),
      "wechatpay-signature-type": "WECHATPAY2-SHA256-RSA2048",
    },
    body,
  };
}

function paypal(spec: EventSpec): Delivery {
  const body = json(spec.event ?? paypalEvent(spec));
  const id = randomBytes(16).toString("hex");
  const time = new Date(spec.now).toISOString().replace(/\.\d+/, "");
  const [certUrl = "https://api.sandbox.paypal.com/v1/notifications/certs/development-only"] = Object.keys(
    spec.setting["certs"] ?? {},
  );
  return {
    headers: {
      ...jsonHeaders,
      "paypal-transmission-id": id,
      "paypal-transmission-time": time,
      "paypal-cert-url": certUrl,
      "paypal-auth-algo": "SHA256withRSA",
      "paypal-transmission-sig": rsa("paypal", `${id}|${time}|${fieldOf(spec, "webhookId")}|${crc32(body)}`),
    },
    body,
  };
}

function adyen(spec: EventSpec): Delivery {
  const item = (spec.event as ReturnType<typeof adyenItem> | undefined) ?? adyenItem(spec); // unsigned
  const names = ["pspReference", "originalReference", "merchantAccountCode", "merchantReference"];
  const fields = [
    ...names.map((name) => item[name]),
    item.amount.value,
    item.amount.currency,
    item["eventCode"],
    item["success"],
  ];
  const hmacSignature = hmac(Buffer.from(secretOf(spec, "hmacKey"), "hex"), "base64", fields.join(":"));
  const live = fieldOf(spec, "live", "false");
  const body = json({
    live,
    notificationItems: [{ NotificationRequestItem: { ...item, additionalData: { hmacSignature } } }],
  });
  return { headers: jsonHeaders, body };
}

function square(spec: EventSpec): Delivery {
  const body = json(spec.event ?? squareEvent(spec));
  const signature = hmac(secretOf(spec), "base64", fieldOf(spec, "notificationUrl"), body);
  return { headers: { ...jsonHeaders, "x-square-hmacsha256-signature": signature }, body };
}

function paddle(spec: EventSpec): Delivery {
  const body = json(spec.event ?? paddleEvent(spec));
  const ts = seconds(spec);
  return {
    headers: { ...jsonHeaders, "paddle-signature": `ts=${ts};h1=${hmac(secretOf(spec), "hex", `${ts}:`, body)}` },
    body,
  };
}

function standard(spec: EventSpec): Delivery {
  const body = json(spec.event ?? customEvent(spec, standardDefaults));
  const prefix = fieldOf(spec, "headerPrefix", "webhook-");
  const id = `msg_${createHash("sha256").update(eventId(spec)).digest("hex").slice(0, 32)}`;
  const key = Buffer.from(secretOf(spec).replace(/^whsec_/, ""), "base64");
  const signature = `v1,${hmac(key, "base64", `${id}.${seconds(spec)}.`, body)}`;
  return {
    headers: {
      ...jsonHeaders,
      [`${prefix}id`]: id,
      [`${prefix}timestamp`]: seconds(spec),
      [`${prefix}signature`]: signature,
    },
    body,
  };
}

function generic(spec: EventSpec): Delivery {
  const body = json(spec.event ?? customEvent(spec, hmacDefaults));
  const timestampHeader = fieldOf(spec, "timestampHeader").toLowerCase();
  const stamp = timestampHeader === "" ? [] : [`${seconds(spec)}.`];
  const encoding = fieldOf(spec, "encoding") === "base64" ? "base64" : "hex";
  const signature = `${fieldOf(spec, "prefix")}${hmac(secretOf(spec), encoding, ...stamp, body)}`;
  const stamped = timestampHeader === "" ? {} : { [timestampHeader]: seconds(spec) };
  return { headers: { ...jsonHeaders, [fieldOf(spec, "header").toLowerCase()]: signature, ...stamped }, body };
}
