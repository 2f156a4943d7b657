// Kills: SIGKILL of the server at random instants under load. What was acknowledged is there afterwards, once.
import { createServer } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";
import { portOf } from "../support/port.ts";
import { backend, clientOf, inLanes, newBiz, pay, register, until } from "./requests.ts";
import { Server } from "./server.ts";
import { Report } from "./report.ts";

const FEEDS = 10;
const LANES = 8;
/** A forward that was cut off twice is tried again after five minutes (core/forward.ts). */
const FORWARD_SECONDS = 400;

/** `kills` at most, within `seconds`. */
export async function kills(seconds: number, most: number): Promise<Report> {
  const report = new Report("kills");
  const forwards = await receiver();
  const server = await Server.start({ FORWARD_URL: forwards.url });
  const pages = new AbortController();
  const client = clientOf(server.url, pages.signal);
  const feeds = Array.from({ length: FEEDS }, () => new Feed(newBiz()));
  for (const feed of feeds) {
    const group = client.group<{ readonly n: number }>(`/ws/feed/${feed.name}/`);
    group.on("publication", ({ data: { n } }) => feed.received.push(n));
    feed.isOpen = () => group.state.name === "open";
    group.on("missed", () => (feed.hasGap = true));
  }
  await until(() => feeds.every((feed) => feed.isOpen()));
  const orders = new Map<string, { acknowledged: boolean; outcomes: number }>();
  let killed = 0;
  let isUp = true;

  async function payOrder(): Promise<void> {
    const biz = newBiz();
    if ((await register(server.url, biz))?.status !== 200) return;
    const state = { acknowledged: false, outcomes: 0 };
    orders.set(biz, state);
    client.order(biz).on("status", ({ status }) => status === "paid" && (state.outcomes += 1));
    // As a provider does: the same delivery until it is acknowledged.
    for (let tries = 0; tries < 200 && !state.acknowledged; tries++) {
      const answer = await pay(server.url, "hmac", biz);
      state.acknowledged = answer?.status === 200;
      if (answer !== null && answer.status >= 500 && answer.status !== 503) report.faults += 1;
      if (!state.acknowledged) await sleep(50);
    }
  }

  async function publish(): Promise<void> {
    const feed = feeds[Math.floor(Math.random() * FEEDS)] ?? feeds[0];
    if (feed === undefined) return;
    const n = feed.next++;
    const path = `/groups/feed_${feed.name}/send`;
    const event = { type: "send.message", message: { n } };
    for (let tries = 0; tries < 200; tries++) {
      const answer = await backend(server.url, "POST", path, event, { "Idempotency-Key": `${feed.name}-${n}` });
      if (answer?.status === 200) return void feed.acknowledged.add(n);
      if (answer !== null && answer.status >= 500 && answer.status !== 503) report.faults += 1;
      await sleep(50);
    }
  }

  const isOver = () => killed >= most || report.seconds >= seconds;
  const load = inLanes(LANES, async () => {
    if (!isUp && isOver()) return false;
    await (Math.random() < 0.6 ? payOrder() : publish());
    return !isOver();
  });
  while (!isOver()) {
    await sleep(Math.random() * 1500);
    isUp = false;
    await server.kill();
    await server.run();
    isUp = true;
    killed += 1;
    report.tried = killed;
    report.showProgress();
  }
  await load;
  const acknowledged = [...orders].filter(([, { acknowledged }]) => acknowledged);
  const hasLearned = ([, { outcomes }]: (typeof acknowledged)[number]) => outcomes > 0;
  await until(() => acknowledged.every(hasLearned) && feeds.every((feed) => feed.isComplete));
  report.unanswered = acknowledged.filter((order) => !hasLearned(order)).length;
  report.doubled = acknowledged.filter(([, { outcomes }]) => outcomes > 1).length;
  for (const [biz] of acknowledged) {
    const order = await backend(server.url, "GET", `/orders/${biz}`);
    if (order === null || !order.text.includes('"status":"paid"')) report.lost += 1;
  }
  for (const feed of feeds) {
    report.lost += feed.missing;
    report.doubled += feed.repeated;
  }
  const missing = () => acknowledged.map(([biz]) => biz).filter((biz) => forwards.countOf(biz) === 0);
  await until(() => missing().length === 0, killed > 20 ? FORWARD_SECONDS : 30);
  let owed = 0;
  for (const biz of missing()) {
    const order = await backend(server.url, "GET", `/orders/${biz}`);
    if (order?.text.includes('"owed":1') === true) owed += 1;
    else report.lost += 1;
  }
  report.doubled += acknowledged.filter(([biz]) => forwards.countOf(biz) > 1).length;
  const published = feeds.reduce((sum, { acknowledged }) => sum + acknowledged.size, 0);
  report.notes.push(
    `${acknowledged.length} orders, ${published} publications, ${forwards.total()} forwards, ${owed} owed`,
  );
  pages.abort();
  await server.end();
  forwards.close();
  return report;
}

/** One feed, its publications and what its follower received. */
class Feed {
  readonly name: string;
  next = 0;
  readonly acknowledged = new Set<number>();
  readonly received: number[] = [];
  isOpen: () => boolean = () => false;
  /** The follower was away for longer than the feed keeps: it would have to ask anew. */
  hasGap = false;

  constructor(name: string) {
    this.name = name;
  }

  get missing(): number {
    const received = new Set(this.received);
    return [...this.acknowledged].filter((n) => !received.has(n)).length;
  }

  get repeated(): number {
    return this.received.length - new Set(this.received).size;
  }

  get isComplete(): boolean {
    return this.missing === 0;
  }
}

/** The merchant's backend: counts the ids of the forwards of each order's payment. A repeated id is one forward. */
async function receiver() {
  const ids = new Map<string, Set<string>>();
  const server = createServer((incoming, response) => {
    let text = "";
    incoming.on("data", (chunk) => (text += String(chunk)));
    incoming.on("end", () => {
      const { data } = JSON.parse(text) as { data: { biz: string; fact?: string } }; // Belfry's own forward
      const known = ids.get(data.biz) ?? new Set();
      ids.set(data.biz, known.add(String(incoming.headers["webhook-id"])));
      response.writeHead(204).end();
    });
  }).listen(0, "127.0.0.1");
  return {
    url: `http://127.0.0.1:${await portOf(server)}/`,
    countOf: (biz: string) => ids.get(biz)?.size ?? 0,
    total: () => [...ids.values()].reduce((sum, { size }) => sum + size, 0),
    close: () => server.close(),
  };
}
