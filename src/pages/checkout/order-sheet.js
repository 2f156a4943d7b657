// Renders an order: its amount, its remaining time and a decorative code.
import { byId, secondsUntil, t, write } from "../words.js";

/** @param {{ amount: string, currency: string } | null} price */
export function showPrice(price) {
  const language = document.documentElement.lang;
  const text =
    price === null
      ? "–"
      : new Intl.NumberFormat(language, { style: "currency", currency: price.currency }).format(Number(price.amount));
  write(byId("amount"), text);
}

/** @param {number | null} expiresAt @param {boolean} isSettled */
export function showTime(expiresAt, isSettled) {
  const left = secondsUntil(expiresAt ?? 0);
  const clock = `${Math.floor(left / 60)}:${String(left % 60).padStart(2, "0")}`;
  const text = expiresAt === null ? t("no-expiry") : left === 0 ? t("expired") : t("expires", clock);
  write(byId("countdown"), isSettled ? "" : text);
}

const SIZE = 25;

/**
 * Draws a pattern that resembles a QR code and encodes nothing, derived from the order id.
 * @param {string} biz
 */
export function drawCode(biz) {
  let seed = Array.from(biz).reduce((sum, symbol) => (sum * 31 + symbol.charCodeAt(0)) % 2_147_483_647, 7);
  let path = "";
  for (let y = 2; y < SIZE - 2; y++)
    for (let x = 2; x < SIZE - 2; x++) {
      seed = (seed * 48_271) % 2_147_483_647; // Park-Miller: equal ids give equal patterns
      if (finderAt(x - 2, y - 2) ?? seed % 2 === 0) path += `M${x} ${y}h1v1h-1z`;
    }
  byId("qr").querySelector("path")?.setAttribute("d", path);
}

const FINDERS = /** @type {const} */ ([
  [0, 0],
  [14, 0],
  [0, 14],
]);

/**
 * Whether a module of a finder pattern, or of its light rim, is dark; undefined outside of them.
 * @param {number} x
 * @param {number} y
 */
function finderAt(x, y) {
  for (const [left, top] of FINDERS) {
    const ring = Math.max(Math.abs(x - left - 3), Math.abs(y - top - 3));
    if (ring <= 4) return ring !== 2 && ring !== 4;
  }
  return undefined;
}
