// Disk: writes fail, as on a full disk. Nothing is acknowledged or pushed that is not stored.
import { clientOf, newBiz, backend, pay, register, until } from "./requests.ts";
import { Server } from "./server.ts";
import { Report } from "./report.ts";

/**
 * No file grows beyond 150 KiB (in blocks of 512 bytes): more than an order's, less than a feed's. The signal is ignored, so that the write fails
 * instead (setrlimit(2), RLIMIT_FSIZE: EFBIG).
 */
const LIMITED = ["sh", "-c", 'trap "" XFSZ; ulimit -f 300; exec "$@"', "sh"];

export async function disk(seconds: number, most: number): Promise<Report> {
  const report = new Report("disk");
  const server = await Server.start({}, LIMITED);
  const pages = new AbortController();
  const feed = newBiz();
  const received: number[] = [];
  const group = clientOf(server.url, pages.signal).group<{ readonly n: number }>(`/ws/feed/${feed}/`);
  group.on("publication", ({ data: { n } }) => received.push(n));
  const acknowledged: number[] = [];
  let refused = 0;
  // The history of the feed outgrows the limit soon; orders fit into theirs.
  for (let n = 0; n < most && report.seconds < seconds; n++) {
    const event = { type: "send.message", message: { n, text: "x".repeat(2000) } };
    const answer = await backend(server.url, "POST", `/groups/feed_${feed}/send`, event);
    if (answer?.status === 200) acknowledged.push(n);
    else refused += 1;
    report.tried += 1;
    report.showProgress();
  }
  const biz = newBiz();
  await register(server.url, biz);
  const paid = (await pay(server.url, "hmac", biz))?.status === 200;
  await until(() => acknowledged.every((n) => received.includes(n)), 10);
  const pushedOnly = received.filter((n) => !acknowledged.includes(n));
  // What is pushed is stored: the server restarts with room, and has all of it, though the answer was lost.
  pages.abort();
  await server.kill();
  await server.run();
  const kept = await backend(server.url, "GET", `/groups/feed_${feed}/history?limit=1000`);
  const isKept = (n: number) => kept?.text.includes(`"n":${n},`) === true;
  const last = acknowledged.slice(-50); // the feed keeps 100
  report.lost = last.filter((n) => !isKept(n)).length + pushedOnly.slice(-50).filter((n) => !isKept(n)).length;
  report.doubled = received.length - new Set(received).size;
  const order = await backend(server.url, "GET", `/orders/${biz}`);
  if (paid && order?.text.includes('"status":"paid"') !== true) report.lost += 1;
  report.notes.push(`${refused} refused, ${acknowledged.length} stored, another group paid: ${paid}`);
  await server.end();
  return report;
}
