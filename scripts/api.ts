// `npm run api`: writes src/pages/openapi.json and asyncapi.json. With `--check`, fails if a file
// is stale or a linter finds an error.
import { readFileSync, writeFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { asyncapi } from "../api/asyncapi.ts";
import { openapi } from "../api/openapi.ts";

const { check } = parseArgs({ options: { check: { type: "boolean", default: false } } }).values;

const documents = {
  openapi: `${JSON.stringify(openapi(), null, 2)}\n`,
  asyncapi: `${JSON.stringify(asyncapi(), null, 2)}\n`,
};

const errors: string[] = [];
for (const [name, text] of Object.entries(documents)) {
  const file = `src/pages/${name}.json`;
  if (!check) writeFileSync(file, text);
  else if (readFileSync(file, "utf8") !== text) errors.push(`${file} is not what the schemas give: run npm run api`);
}
if (errors.length === 0) {
  const { lintAsyncapi, lintOpenapi } = await import("../api/lint.ts"); // loads for about a second
  errors.push(...(await lintOpenapi(documents.openapi)), ...(await lintAsyncapi(documents.asyncapi)));
}
for (const line of errors) console.error(line);
process.exitCode = errors.length === 0 ? 0 : 1;
