// Writes /openapi.json and /asyncapi.json of the pages; with --check it writes nothing and fails where they are stale or unsound.
import { readFileSync, writeFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { asyncapi } from "./asyncapi.ts";
import { lintAsyncapi, lintOpenapi } from "./lint-api.ts";
import { openapi } from "./openapi.ts";

const { check } = parseArgs({ options: { check: { type: "boolean", default: false } } }).values;

const documents = [
  { file: "src/pages/openapi.json", document: openapi(), lint: lintOpenapi },
  { file: "src/pages/asyncapi.json", document: asyncapi(), lint: lintAsyncapi },
];

const wrong: string[] = [];
for (const { file, document, lint } of documents) {
  const text = `${JSON.stringify(document, null, 2)}\n`;
  if (!check) writeFileSync(file, text);
  else if (readFileSync(file, "utf8") !== text) wrong.push(`${file} is not what the schemas give: run npm run api`);
  for (const line of await lint(text)) wrong.push(`${file}: ${line}`);
}
for (const line of wrong) console.error(line);
process.exitCode = wrong.length === 0 ? 0 : 1;
