// Fuzz: mutated bodies, headers, paths, tokens and frames. The server answers each, forges nothing, drops
// nobody else, and calls none of it a fault of its own.
import { Agent, request as send, type IncomingMessage } from "node:http";
import { WebSocket } from "ws";
import { hmac, token } from "../tokens/signing.ts";
import { Random } from "./random.ts";
import { backend, clientOf, inLanes, newBiz, payment, until } from "./requests.ts";
import { Server, settings } from "./server.ts";
import { Report } from "./report.ts";

const LANES = 16;
const PROVIDERS = ["stripe", "wechatpay", "paypal", "adyen", "square", "paddle", "standard", "hmac"] as const;
/** Each connection may send 200 frames at once. */
const FRAMES = 100;

interface Sample {
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array;
}

export async function fuzz(seconds: number, most: number, seed: number): Promise<Report> {
  const report = new Report("fuzz");
  const random = new Random(seed);
  const server = await Server.start();
  const pages = new AbortController();
  const victims = Array.from({ length: 20 }, newBiz);
  for (const biz of victims) await backend(server.url, "PUT", `/orders/${biz}`, { amount: "500", currency: "USD" });
  const samples = victims.flatMap(samplesOf);
  const bearer = await token(
    { alg: "HS256" },
    { sub: "ann", groups: ["*"], publish: true, exp: Math.floor(Date.now() / 1000) + 3600 },
    hmac(settings["TOKEN_SECRET"]),
  );
  // A member of the group that the frames go to, and of nobody's concern.
  const feed = newBiz();
  const heard: unknown[] = [];
  const healthy = clientOf(server.url, pages.signal).group(`/ws/feed/${feed}/`);
  healthy.on("publication", ({ data }) => heard.push(data));
  let losses = 0;
  healthy.on("state", ({ name }) => name === "waiting" && (losses += 1));
  await until(() => healthy.state.name === "open");

  const agent = new Agent({ keepAlive: true, maxSockets: LANES });
  const isOver = () => report.tried >= most || report.seconds >= seconds;
  await inLanes(LANES, async () => {
    if (random.below(200) === 0) await sendFrames(server.url, feed, bearer, random, report);
    else if (random.below(20) === 0) await connectWith(server.url, bearer, random, report);
    else await sendMutated(server.url, random.of(samples), agent, random, report);
    report.showProgress();
    return !isOver();
  });
  for (const biz of victims) {
    // Every genuine delivery here pays 19.99 of 500: an order that is paid was forged.
    const order = await backend(server.url, "GET", `/orders/${biz}`);
    if (order === null || order.text.includes('"paid":true')) report.lost += 1;
  }
  const event = { type: "send.message", message: "after" };
  await backend(server.url, "POST", `/groups/feed_${feed}/send`, event);
  if (!(await until(() => heard.includes("after"), 30))) report.unanswered += 1;
  report.lost += losses;
  const faults = server.faults();
  report.faults += faults.length;
  report.notes.push(`seed ${seed}`, ...faults.slice(0, 3));
  agent.destroy();
  pages.abort();
  await server.end();
  return report;
}

/** Genuine requests about an order, which the mutations begin with. */
function samplesOf(biz: string): readonly Sample[] {
  const json = (value: unknown): Uint8Array => Buffer.from(JSON.stringify(value));
  const key = { authorization: `Bearer ${settings["API_KEYS"]}` };
  const event = { type: "send.message", message: { n: 1.5, list: [1, "two", null] } };
  const asBackend = (method: string, path: string, body?: unknown): Sample => ({
    method,
    path,
    headers: key,
    body: body === undefined ? Buffer.alloc(0) : json(body),
  });
  return [
    ...PROVIDERS.map((provider): Sample => {
      const { headers, body } = payment(provider, biz);
      return { method: "POST", path: `/callbacks/${provider}`, headers, body };
    }),
    // Of another order: who holds the key may report any as paid, also by an empty body.
    asBackend("POST", `/callback/${newBiz()}/`, { status: "pending", event_id: "e", amount: "1.00", currency: "USD" }),
    asBackend("PUT", "/orders", { order_id: `ORD-${biz}`, amount: "500", currency: "USD", expires_in: 900 }),
    asBackend("POST", "/groups/feed_news/send", event),
    asBackend("POST", "/groups/feed_news/users/ann/send", event),
    asBackend("POST", "/send", { items: [{ group: "feed_news", event, idempotency_key: biz }] }),
    asBackend("POST", "/tickets", { group: "feed_news", sub: "ann", info: { name: "Ann" } }),
    asBackend("GET", "/groups/feed_news/history?after=0&limit=10"),
    asBackend("GET", "/groups/feed_news/connections?limit=10"),
    asBackend("GET", "/metrics?group=feed_news"),
    { method: "GET", path: `/orders/${biz}`, headers: { "if-none-match": '"1"' }, body: Buffer.alloc(0) },
  ];
}

/** Mutates the body, a header or the path of a request. */
async function sendMutated(url: string, sample: Sample, agent: Agent, random: Random, report: Report): Promise<void> {
  const headers = { ...sample.headers };
  const names = Object.keys(headers);
  let { path, body } = sample;
  const what = random.below(10);
  if (what < 6 && body.length > 0) body = random.mutated(body);
  else if (what < 8 && names.length > 0) {
    const name = random.of(names);
    headers[name] = printable(random.mutated(Buffer.from(headers[name] ?? "")), / -~/);
  } else path = `/${printable(random.mutated(Buffer.from(path.slice(1))), /!-~/)}`;
  const status = await statusOf(url, { ...sample, path, headers, body }, agent);
  report.tried += 1;
  if (status === null) report.unanswered += 1;
  // 503 is an answer that a route documents: a key or a provider that cannot be had.
  else if (status >= 500 && status !== 503) report.faults += 1;
}

/** The characters that Node sends: others would be refused before they leave. */
const printable = (bytes: Uint8Array, range: RegExp): string =>
  Buffer.from(bytes)
    .toString("latin1")
    .replace(new RegExp(`[^${range.source}]`, "g"), "~")
    .slice(0, 6000);

function statusOf(url: string, { method, path, headers, body }: Sample, agent: Agent): Promise<number | null> {
  return new Promise((resolve) => {
    const sent = send(`${url}/`, {
      method,
      path,
      headers: { ...headers, "content-length": body.length },
      agent,
      timeout: 30_000,
    });
    sent.on("response", (response: IncomingMessage) => {
      response.resume();
      response.on("end", () => resolve(response.statusCode ?? null));
      response.on("error", () => resolve(null));
    });
    sent.on("timeout", () => sent.destroy());
    sent.on("error", () => resolve(null));
    sent.end(body);
  });
}

/** Connects and sends mutated frames until the server closes or all are sent. */
async function sendFrames(url: string, feed: string, bearer: string, random: Random, report: Report): Promise<void> {
  const socket = new WebSocket(`${url.replace("http", "ws")}/ws/feed/${feed}/`, [
    "belfry.v1",
    `belfry.bearer.${bearer}`,
  ]);
  const ended = new Promise<void>((resolve) => socket.once("close", () => resolve()));
  socket.on("error", () => undefined); // a close follows
  await Promise.race([new Promise((resolve) => socket.once("open", resolve)), ended]);
  for (let i = 0; i < FRAMES && socket.readyState === WebSocket.OPEN; i++) {
    const frame = random.mutated(Buffer.from(random.of(FRAME_SAMPLES)));
    socket.send(frame, { binary: random.below(20) === 0 });
    report.tried += 1;
  }
  socket.close();
  if (!(await Promise.race([ended.then(() => true), until(() => false, 30)]))) report.unanswered += 1;
}

/** Requests of a client. What they publish is small, so that the group relays it all. */
const FRAME_SAMPLES: readonly string[] = [
  '{"id":1,"type":"ping"}',
  '{"id":"2","type":"presence"}',
  '{"id":3,"type":"history","after":0,"limit":10}',
  '{"id":4,"type":"refresh","token":"a.b.c"}',
  '{"id":5,"type":"publish"}',
  '{"type":"heartbeat"}',
];

/** Connects with a mutated token or position. The answer is a close or a refusal, or a welcome. */
async function connectWith(url: string, bearer: string, random: Random, report: Report): Promise<void> {
  const text = printable(random.mutated(Buffer.from(bearer)), /A-Za-z0-9._-/).slice(0, 5000);
  const query = printable(random.mutated(Buffer.from("epoch=12345678&offset=5")), /!-~/).slice(0, 500);
  const socket = new WebSocket(
    `${url.replace("http", "ws")}/ws/feed/fuzzed/?${encodeURI(query).replaceAll("#", "%23")}`,
    ["belfry.v1", `belfry.bearer.${text}`],
  );
  report.tried += 1;
  const answered = new Promise<number>((resolve) => {
    socket.once("unexpected-response", (_request, response) => resolve(response.statusCode ?? 0));
    socket.once("message", () => resolve(101));
    socket.once("close", (code) => resolve(code));
    socket.once("error", () => resolve(0));
  });
  const status = await Promise.race([answered, until(() => false, 30).then(() => null)]);
  socket.terminate();
  if (status === null) report.unanswered += 1;
  else if (status === 500 || status === 4106) report.faults += 1;
}
