// The secrets of .dev.vars.example that the pages make callbacks, tokens and requests with. Known to everybody: a test holds them against that
// file, and a Worker with secrets of its own refuses what is made with these.

export const API_KEY = "development-api-key";
export const ORDER_STATUS_KEY = "development-order-status-key";
export const STANDARD_SECRET = "whsec_ZGV2ZWxvcG1lbnQtb25seS1zdGFuZGFyZA==";
export const TOKEN_SECRET = "development-only-token-secret-0123456789";

/** What the Worker says of itself. @returns {Promise<{ push_every_seconds: number, development: boolean }>} */
export const health = async () => (await fetch("/healthz")).json();
