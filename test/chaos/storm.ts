// Storm: the server dies, and everybody comes back at once. All are in again, and hear the next publication.
import { backend, clientOf, newBiz, until } from "./requests.ts";
import { Server } from "./server.ts";
import { Report } from "./report.ts";

const GROUPS = 4;

/** `clients` in four feeds; `seconds` bounds each wait. */
export async function storm(seconds: number, clients: number): Promise<Report> {
  const report = new Report("storm");
  const server = await Server.start();
  const pages = new AbortController();
  const feeds = Array.from({ length: GROUPS }, newBiz);
  let open = 0;
  let attempts = 0;
  const heard = new Map<number, number>();
  for (let i = 0; i < clients; i++) {
    const group = clientOf(server.url, pages.signal).group<{ readonly n: number }>(`/ws/feed/${feeds[i % GROUPS]}/`);
    let isOpen = false;
    group.on("state", ({ name }) => {
      if (name === "connecting") attempts += 1;
      open += Number(name === "open") - Number(isOpen);
      isOpen = name === "open";
    });
    group.on("publication", ({ data: { n } }) => heard.set(n, (heard.get(n) ?? 0) + 1));
  }
  const publish = async (n: number) => {
    for (const feed of feeds) {
      const event = { type: "send.message", message: { n } };
      const answer = await backend(server.url, "POST", `/groups/feed_${feed}/send`, event);
      if (answer?.status !== 200) report.faults += 1;
    }
    await until(() => (heard.get(n) ?? 0) >= clients, seconds);
    report.lost += Math.max(0, clients - (heard.get(n) ?? 0));
    report.doubled += Math.max(0, (heard.get(n) ?? 0) - clients);
  };
  const arrive = async (what: string) => {
    const [startedAt, before] = [Date.now(), attempts];
    if (!(await until(() => open === clients, seconds))) report.unanswered += clients - open;
    const each = ((attempts - before) / clients).toFixed(2);
    report.notes.push(
      `${what}: ${clients} in ${((Date.now() - startedAt) / 1000).toFixed(1)} s, ${each} attempts each`,
    );
    report.tried += clients;
    report.showProgress();
  };
  await arrive("first");
  await publish(1);
  await server.kill();
  await until(() => open === 0);
  attempts = 0;
  await server.run();
  await arrive("back");
  await publish(2);
  report.faults += server.faults().length;
  pages.abort();
  await server.end();
  return report;
}
