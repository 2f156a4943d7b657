// What the Worker weighs, as it is deployed: minified and gzipped. Fails above its budget; builds nothing itself.
import { readFileSync } from "node:fs";
import { gzipSync } from "node:zlib";

/** All nine adapters, the pages of events and the order. The cloud itself takes 3 MB; a small Worker starts fast, and this bound makes growth a decision. */
const BUDGET_KIB = 72;

const code = readFileSync("dist/index.js");
const kib = gzipSync(code, { level: 9 }).length / 1024;
console.log(
  `the Worker: ${(code.length / 1024).toFixed(1)} KiB minified, ${kib.toFixed(1)} KiB gzipped, of ${BUDGET_KIB}`,
);
process.exitCode = kib <= BUDGET_KIB ? 0 : 1;
