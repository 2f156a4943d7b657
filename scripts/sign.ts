// Makes correctly signed deliveries of all nine providers, to try Belfry without an account anywhere. For development and tests only: what
// is signed with a private key is signed with the development ones, known to everybody. Reads no file, so that it runs in workerd too.
import { createCipheriv, createHash, createHmac, randomBytes, sign } from "node:crypto";
import { crc32 } from "node:zlib";
import { defaults as hmacDefaults } from "../src/callbacks/hmac.ts";
import { defaults as standardDefaults } from "../src/callbacks/standard.ts";
import privateKeys from "./development-keys.json" with { type: "json" };
import {
  adyenItem,
  alipayFields,
  describedEvent,
  fieldOf,
  paddleEvent,
  paypalEvent,
  squareEvent,
  stripeEvent,
  wechatpayEvent,
  type Told,
  type WechatpayEvent,
} from "./events.ts";
import { eventId } from "./order-event.ts";

export { outcomes, type Outcome } from "./events.ts";

export interface Delivery {
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array<ArrayBuffer>;
}

/** A delivery as the provider would send it now. Throws for what the provider never sends (see events.ts). */
export function signed(provider: string, told: Told): Delivery {
  const signer = signers.get(provider);
  if (signer === undefined) throw new Error(`no such provider: ${provider}. There are ${providerNames.join(", ")}`);
  return signer(told);
}

/** The delivery with one byte of what is signed changed: the order's id where it can be read, else the middle of the body. */
export function tampered({ headers, body }: Delivery, orderId: string): Delivery {
  const at = Buffer.from(body).indexOf(orderId);
  const place = at >= 0 ? at : Math.floor(body.length / 2);
  return { headers, body: body.map((byte, i) => (i === place ? byte ^ 1 : byte)) };
}

const json = (value: unknown): Uint8Array<ArrayBuffer> => bytes(JSON.stringify(value));
const bytes = (text: string): Uint8Array<ArrayBuffer> => new Uint8Array(Buffer.from(text, "utf8"));
const jsonHeaders = { "content-type": "application/json" };
const seconds = ({ now }: Told): string => String(Math.floor(now / 1000));

/** The first secret of the setting: `secret` may be a list. */
const secretOf = ({ setting }: Told, name = "secret"): string => String([setting[name]].flat()[0]);

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

const signers: ReadonlyMap<string, (told: Told) => Delivery> = new Map([
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

function stripe(told: Told): Delivery {
  const body = json(told.event ?? stripeEvent(told));
  const t = seconds(told);
  return {
    headers: { ...jsonHeaders, "stripe-signature": `t=${t},v1=${hmac(secretOf(told), "hex", `${t}.`, body)}` },
    body,
  };
}

function alipay(told: Told): Delivery {
  const fields = (told.event as ReturnType<typeof alipayFields> | undefined) ?? alipayFields(told); // a form's fields
  const content = Object.keys(fields)
    .toSorted()
    .map((name) => `${name}=${fields[name] ?? ""}`)
    .join("&");
  const body = bytes(new URLSearchParams({ ...fields, sign_type: "RSA2", sign: rsa("alipay", content) }).toString());
  return { headers: { "content-type": "application/x-www-form-urlencoded; charset=utf-8" }, body };
}

function wechatpay(told: Told): Delivery {
  const { resource, ...event } = (told.event as WechatpayEvent | undefined) ?? wechatpayEvent(told); // with `resource` open
  const nonce = randomBytes(6).toString("hex");
  const cipher = createCipheriv("aes-256-gcm", secretOf(told, "apiV3Key"), nonce).setAAD(Buffer.from("belfry"));
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
  const [serial = ""] = Object.keys(told.setting["keys"] ?? {});
  const timestamp = seconds(told);
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

function paypal(told: Told): Delivery {
  const body = json(told.event ?? paypalEvent(told));
  const id = randomBytes(16).toString("hex");
  const time = new Date(told.now).toISOString().replace(/\.\d+/, "");
  const [certUrl = "https://api.sandbox.paypal.com/v1/notifications/certs/development-only"] = Object.keys(
    told.setting["certs"] ?? {},
  );
  return {
    headers: {
      ...jsonHeaders,
      "paypal-transmission-id": id,
      "paypal-transmission-time": time,
      "paypal-cert-url": certUrl,
      "paypal-auth-algo": "SHA256withRSA",
      "paypal-transmission-sig": rsa("paypal", `${id}|${time}|${fieldOf(told, "webhookId")}|${crc32(body)}`),
    },
    body,
  };
}

function adyen(told: Told): Delivery {
  const item = (told.event as ReturnType<typeof adyenItem> | undefined) ?? adyenItem(told); // an item without its signature
  const names = ["pspReference", "originalReference", "merchantAccountCode", "merchantReference"];
  const fields = [
    ...names.map((name) => item[name]),
    item.amount.value,
    item.amount.currency,
    item["eventCode"],
    item["success"],
  ];
  const hmacSignature = hmac(Buffer.from(secretOf(told, "hmacKey"), "hex"), "base64", fields.join(":"));
  const live = fieldOf(told, "live", "false");
  const body = json({
    live,
    notificationItems: [{ NotificationRequestItem: { ...item, additionalData: { hmacSignature } } }],
  });
  return { headers: jsonHeaders, body };
}

function square(told: Told): Delivery {
  const body = json(told.event ?? squareEvent(told));
  const signature = hmac(secretOf(told), "base64", fieldOf(told, "notificationUrl"), body);
  return { headers: { ...jsonHeaders, "x-square-hmacsha256-signature": signature }, body };
}

function paddle(told: Told): Delivery {
  const body = json(told.event ?? paddleEvent(told));
  const ts = seconds(told);
  return {
    headers: { ...jsonHeaders, "paddle-signature": `ts=${ts};h1=${hmac(secretOf(told), "hex", `${ts}:`, body)}` },
    body,
  };
}

function standard(told: Told): Delivery {
  const body = json(told.event ?? describedEvent(told, standardDefaults));
  const prefix = fieldOf(told, "headerPrefix", "webhook-");
  const id = `msg_${createHash("sha256").update(eventId(told)).digest("hex").slice(0, 32)}`;
  const key = Buffer.from(secretOf(told).replace(/^whsec_/, ""), "base64");
  const signature = `v1,${hmac(key, "base64", `${id}.${seconds(told)}.`, body)}`;
  return {
    headers: {
      ...jsonHeaders,
      [`${prefix}id`]: id,
      [`${prefix}timestamp`]: seconds(told),
      [`${prefix}signature`]: signature,
    },
    body,
  };
}

function generic(told: Told): Delivery {
  const body = json(told.event ?? describedEvent(told, hmacDefaults));
  const timestampHeader = fieldOf(told, "timestampHeader").toLowerCase();
  const stamp = timestampHeader === "" ? [] : [`${seconds(told)}.`];
  const encoding = fieldOf(told, "encoding") === "base64" ? "base64" : "hex";
  const signature = `${fieldOf(told, "prefix")}${hmac(secretOf(told), encoding, ...stamp, body)}`;
  const stamped = timestampHeader === "" ? {} : { [timestampHeader]: seconds(told) };
  return { headers: { ...jsonHeaders, [fieldOf(told, "header").toLowerCase()]: signature, ...stamped }, body };
}
