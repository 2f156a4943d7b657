// What the Worker weighs, as it is deployed: minified and gzipped. Fails above its budget; builds nothing itself.
import { readFileSync } from "node:fs";
import { gzipSync } from "node:zlib";

/** The free plan takes 3 MB; a small Worker starts fast, which is what the budget is for. */
const BUDGET_KIB = 60;

const code = readFileSync("dist/index.js");
const kib = gzipSync(code, { level: 9 }).length / 1024;
console.log(
  `the Worker: ${(code.length / 1024).toFixed(1)} KiB minified, ${kib.toFixed(1)} KiB gzipped, of ${BUDGET_KIB}`,
);
process.exitCode = kib <= BUDGET_KIB ? 0 : 1;
