// Measures the deployed Worker, minified and gzipped, and fails if it exceeds its budget.
import { readFileSync } from "node:fs";
import { gzipSync } from "node:zlib";

/**
 * A small Worker starts fast. Cloudflare allows 3 MB; this bound makes growth a decision. It was 72
 * until keys had scopes, secrets lists and checks, and addresses budgets (4 KiB, 0.3.0).
 */
const BUDGET_KIB = 78;

const code = readFileSync("dist/index.js");
const kib = gzipSync(code, { level: 9 }).length / 1024;
console.log(
  `the Worker: ${(code.length / 1024).toFixed(1)} KiB minified, ${kib.toFixed(1)} KiB gzipped, of ${BUDGET_KIB}`,
);
process.exitCode = kib <= BUDGET_KIB ? 0 : 1;
