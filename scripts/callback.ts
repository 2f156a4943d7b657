// `npm run callback -- …`: sends one callback to the Worker that runs on this machine, as a backend or as any of the nine providers would.
// Never to any other: what it signs with is known to everybody.
import { parseArgs } from "node:util";
import { callbackSetting, DEVELOPMENT_FILE, settingIn } from "./development.ts";
import { servePaypal } from "./paypal-server.ts";
import { PaypalStandIn } from "./paypal-stand-in.ts";
import { outcomes, providerNames, signed, tampered, type Delivery, type Outcome } from "./sign.ts";

const USAGE = `npm run callback -- <biz: 32 of a-z 0-9> [--failed]
npm run callback -- <provider> <order> [--outcome paid] [--amount 19.99] [--currency USD] [--tamper]
  provider   ${providerNames.join(", ")}
  order      a biz, or the id that your backend gave to the provider
  --outcome  ${outcomes.join(", ")}
  --tamper   changes one byte of the body after it is signed: it has to be refused
both         [--port 8787] [--env-file ${DEVELOPMENT_FILE}]`;

interface Flags {
  readonly failed: boolean;
  readonly outcome?: string | undefined;
  readonly amount?: string | undefined;
  readonly currency?: string | undefined;
  readonly tamper: boolean;
  readonly port: string;
  readonly "env-file": string;
}

/** Arguments that cannot be used: the usage is shown. */
class Misuse extends Error {}

try {
  const { flags, positionals } = readArguments();
  const [first = "", order] = positionals;
  const response = order === undefined ? await asBackend(first, flags) : await asProvider(first, order, flags);
  console.log(response.status, await response.text());
  process.exitCode = response.ok ? 0 : 1;
} catch (error) {
  const { message } = error as Error; // nothing here throws anything else
  const silent =
    message === "fetch failed" ? "nothing answers there: is `npm start` running, and on this port?" : message;
  console.error(error instanceof Misuse ? `${message}\n\n${USAGE}`.trim() : silent);
  process.exitCode = error instanceof Misuse ? 2 : 1;
}

function readArguments(): { flags: Flags; positionals: readonly string[] } {
  try {
    const { values: flags, positionals } = parseArgs({
      allowPositionals: true,
      options: {
        failed: { type: "boolean", default: false },
        outcome: { type: "string" },
        amount: { type: "string" },
        currency: { type: "string" },
        tamper: { type: "boolean", default: false },
        port: { type: "string", default: "8787" },
        "env-file": { type: "string", default: DEVELOPMENT_FILE }, // the one that `npm start` reads
      },
    });
    if (positionals.length < 1 || positionals.length > 2) throw new Misuse("");
    return { flags, positionals };
  } catch (error) {
    throw new Misuse((error as Error).message, { cause: error }); // parseArgs names the option that is wrong
  }
}

/** The merchant's own callback, by its API key. */
function asBackend(biz: string, flags: Flags): Promise<Response> {
  const { failed, port, "env-file": file } = flags;
  if (!/^[a-z0-9]{32}$/.test(biz)) throw new Misuse("");
  const isForProvider = flags.tamper || (flags.outcome ?? flags.amount ?? flags.currency) !== undefined;
  if (isForProvider) throw new Misuse("--outcome, --amount, --currency and --tamper go with a provider");
  const [key = ""] = settingIn(file, "API_KEYS").split(",");
  return fetch(`http://localhost:${port}/callback/${biz}/`, {
    method: "POST",
    headers: { Authorization: `Bearer ${key.trim()}` },
    body: JSON.stringify({ status: failed ? "failed" : "paid" }),
  });
}

async function asProvider(provider: string, orderId: string, flags: Flags): Promise<Response> {
  const outcome = outcomes.find((word) => word === (flags.outcome ?? "paid"));
  const amount = flags.amount ?? "19.99";
  const currency = flags.currency ?? (provider === "alipay" || provider === "wechatpay" ? "CNY" : "USD");
  if (!providerNames.includes(provider)) throw new Misuse(`no such provider: ${provider}`);
  if (outcome === undefined) throw new Misuse(`no such outcome: ${flags.outcome ?? ""}`);
  if (!/^\d{1,9}(\.\d{1,3})?$/.test(amount)) throw new Misuse("--amount is a decimal such as 19.99");
  if (!/^[A-Z]{3}$/.test(currency)) throw new Misuse("--currency is three capital letters");
  if (flags.failed) throw new Misuse("--failed goes with a biz alone; here it is --outcome failed");
  if (orderId === "") throw new Misuse("");
  const setting = callbackSetting(provider, flags["env-file"]);
  if (Object.keys(setting).length === 0)
    throw new Error(`${flags["env-file"]} sets no CALLBACK_${provider.toUpperCase()}`);
  const made = make(provider, { orderId, outcome, amount, currency, now: Date.now(), setting });
  const delivery = flags.tamper ? tampered(made, orderId) : made;
  const what = `${orderId}: ${outcome}, ${amount} ${currency}`;
  console.log(
    `POST /callbacks/${provider} ${what}, ${delivery.body.length} bytes${flags.tamper ? ", one of them changed" : ""}`,
  );
  const post = () =>
    fetch(`http://localhost:${flags.port}/callbacks/${provider}`, { method: "POST", ...delivery, redirect: "manual" });
  return provider === "paypal" ? confirming(setting, made, post) : post();
}

/** Some providers have no word for some outcomes; that is the caller's to know, not a fault. */
function make(provider: string, told: Parameters<typeof signed>[1] & { readonly outcome: Outcome }): Delivery {
  try {
    return signed(provider, told);
  } catch (error) {
    throw new Misuse((error as Error).message, { cause: error }); // events.ts says what cannot be told
  }
}

/** PayPal is asked whether it sent a delivery: a stand-in answers for as long as that takes. */
async function confirming(
  setting: Record<string, unknown>,
  { headers, body }: Delivery,
  post: () => Promise<Response>,
): Promise<Response> {
  const { apiBase } = setting;
  const { hostname, port } = new URL(typeof apiBase === "string" ? apiBase : "https://api-m.paypal.com");
  if (hostname !== "127.0.0.1" && hostname !== "localhost") {
    throw new Error("PayPal itself would be asked, and has sent nothing: apiBase has to name a port of this machine");
  }
  const standIn = new PaypalStandIn();
  standIn.issue(new Map(Object.entries(headers)), body);
  const server = await servePaypal(standIn, Number(port));
  try {
    return await post();
  } finally {
    server.close();
    server.closeAllConnections();
  }
}
