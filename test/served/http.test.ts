// docs/http.md does what it says: each of its commands, run against the Worker, is answered as the page shows.
import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import { promisify } from "node:util";
import { expect, inject, it } from "vitest";
import { newBiz } from "../support/client.ts";

const server = inject("url");
const run = promisify(execFile);

const page = readFileSync("docs/http.md", "utf8");
/** Each command, with its answer unless that is empty. */
const examples = [...page.matchAll(/^```sh\n(.*?)^```\n(?:\n```json\n(.*?)^```)?/gms)].map(
  ([, command = "", answer = ""]) => ({
    command,
    answer,
  }),
);

it("every command on the page has its answer beside it, and every route an example", () => {
  expect(examples).toHaveLength(page.match(/^```sh$/gm)?.length ?? 0);
  const unanswered = examples.filter(({ answer }) => answer === "");
  expect(unanswered.map(({ command }) => command)).toEqual([expect.stringContaining("-X DELETE")]); // 204
  const routes = [...page.matchAll(/^## `(GET|POST|PUT|DELETE) (\/[^`]*)`$/gm)].map(([, , path = ""]) => path);
  expect(routes).toHaveLength(14);
  for (const path of routes) {
    const route = new RegExp(`localhost:8787${path.replaceAll(/:\w+/g, "[^/\\s]+")}['?\\s]`);
    expect(examples.some(({ command }) => route.test(command))).toBe(true);
  }
});

/** What no example can know beforehand: an epoch is drawn at random, it is now and not then, and these tests push every second. */
const unknowable = (answer: string): unknown =>
  JSON.parse(answer, (key, value: unknown) => {
    if (key === "epoch" && value !== null) return expect.stringMatching(/^[0-9a-f]{8}$/);
    if (key === "id") return expect.stringMatching(/^[0-9a-f]{8}-\d+$/);
    if (key === "at") return expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/);
    return key === "push_every_seconds" ? 1 : value;
  });

it("each command is answered as shown", async () => {
  // One after the other, as they are read: the look at a group shows what the callback kept. So erasing comes last.
  const inOrder = examples.toSorted((a, b) => Number(a.answer === "") - Number(b.answer === ""));
  const biz = newBiz();
  const project = newBiz();
  const here = (text: string) =>
    text
      .replaceAll("0123456789abcdefghijklmnopqrstuv", biz)
      .replaceAll("alarm_7", `alarm_${project}`)
      .replaceAll("feed_news", `feed_${project}`)
      .replaceAll("http://localhost:8787", server);
  for (const { command, answer } of inOrder) {
    const { stdout } = await run("sh", ["-c", here(command).replace("curl", "curl --silent")]);
    const expected = answer === "" ? "" : unknowable(here(answer));
    expect([command, stdout === "" ? "" : JSON.parse(stdout)]).toEqual([command, expected]);
  }
});
