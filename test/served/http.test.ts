// Runs the commands of docs/http.md against the Worker and compares the responses with the page.
import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import { promisify } from "node:util";
import { expect, inject, it } from "vitest";
import { newBiz } from "../support/client.ts";

const server = inject("url");
const run = promisify(execFile);

const page = readFileSync("docs/http.md", "utf8");
/** The commands with their responses; "" for an empty one. */
const examples = [...page.matchAll(/^```sh\n(.*?)^```\n(?:\n```json\n(.*?)^```)?/gms)].map(
  ([, command = "", answer = ""]) => ({
    command,
    answer,
  }),
);

it("every command on the page has its response beside it, and every route an example", () => {
  expect(examples).toHaveLength(page.match(/^```sh$/gm)?.length ?? 0);
  const unanswered = examples.filter(({ answer }) => answer === "");
  expect(unanswered.map(({ command }) => command)).toEqual([expect.stringContaining("-X DELETE")]); // 204
  const routes = [...page.matchAll(/^## `(GET|POST|PUT|DELETE) (\/[^`]*)`$/gm)].map(([, , path = ""]) => path);
  expect(routes).toHaveLength(15);
  for (const path of routes) {
    const route = new RegExp(`localhost:8787${path.replaceAll(/:\w+/g, "[^/\\s]+")}['?\\s]`);
    expect(examples.some(({ command }) => route.test(command))).toBe(true);
  }
});

/** Replaces values that examples cannot contain: random epochs, times, and the interval of the push. */
const withMatchers = (answer: string): unknown =>
  JSON.parse(answer, (key, value: unknown) => {
    if (key === "epoch" && value !== null) return expect.stringMatching(/^[0-9a-f]{8}$/);
    if (key === "id") return expect.stringMatching(/^[0-9a-f]{8}-\d+$/);
    if (key === "token") return expect.stringMatching(/^[\w-]+\.[\w-]+\.[\w-]+$/);
    if (key === "at" || (key === "expires_at" && value !== null))
      return expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/);
    return key === "push_every_seconds" ? 1 : value;
  });

it("each command has the response that the page shows", async () => {
  // In the order of the page, as later responses depend on earlier commands. Erasing is the last one.
  const inOrder = examples.toSorted((a, b) => Number(a.answer === "") - Number(b.answer === ""));
  const biz = newBiz();
  const project = newBiz();
  const ofTest = (text: string) =>
    text
      .replaceAll("0123456789abcdefghijklmnopqrstuv", biz)
      .replaceAll("alarm_7", `alarm_${project}`)
      .replaceAll("feed_news", `feed_${project}`)
      .replaceAll("http://localhost:8787", server);
  for (const { command, answer } of inOrder) {
    const { stdout } = await run("sh", ["-c", ofTest(command).replace("curl", "curl --silent")]);
    const expected = answer === "" ? "" : withMatchers(ofTest(answer));
    expect([command, stdout === "" ? "" : JSON.parse(stdout)]).toEqual([command, expected]);
  }
});
