// The public secrets of development.vars, with which the pages sign in development. A test
// compares them with that file. A Worker with secrets of its own refuses them.

export const API_KEY = "development-api-key";
export const ORDER_STATUS_KEY = "development-order-status-key";
export const STANDARD_SECRET = "whsec_ZGV2ZWxvcG1lbnQtb25seS1zdGFuZGFyZA==";
export const TOKEN_SECRET = "development-only-token-secret-0123456789";

/**
 * Returns the body of `GET /healthz`.
 * @returns {Promise<{ push_every_seconds: number, development: boolean }>}
 */
export const health = async () => (await fetch("/healthz")).json();
