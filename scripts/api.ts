// Writes /openapi.json and /asyncapi.json of the pages; with --check it writes nothing. Fails where they are stale, or a linter complains.
import { readFileSync, writeFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { asyncapi } from "./asyncapi.ts";
import { openapi } from "./openapi.ts";

const { check } = parseArgs({ options: { check: { type: "boolean", default: false } } }).values;

const documents = {
  openapi: `${JSON.stringify(openapi(), null, 2)}\n`,
  asyncapi: `${JSON.stringify(asyncapi(), null, 2)}\n`,
};

const wrong: string[] = [];
for (const [name, text] of Object.entries(documents)) {
  const file = `src/pages/${name}.json`;
  if (!check) writeFileSync(file, text);
  else if (readFileSync(file, "utf8") !== text) wrong.push(`${file} is not what the schemas give: run npm run api`);
}
if (wrong.length === 0) {
  const { lintAsyncapi, lintOpenapi } = await import("./lint-api.ts"); // takes a second to load
  wrong.push(...(await lintOpenapi(documents.openapi)), ...(await lintAsyncapi(documents.asyncapi)));
}
for (const line of wrong) console.error(line);
process.exitCode = wrong.length === 0 ? 0 : 1;
