// What an order looks like: its amount, its time, a code to scan. Knows no connection and believes what it is told.
import { part, secondsUntil, word, write } from "../words.js";

/** @param {{ amount: string, currency: string } | null} price */
export function showPrice(price) {
  const language = document.documentElement.lang;
  const text =
    price === null
      ? "–"
      : new Intl.NumberFormat(language, { style: "currency", currency: price.currency }).format(Number(price.amount));
  write(part("amount"), text);
}

/** @param {number | null} expiresAt @param {boolean} isSettled */
export function showTime(expiresAt, isSettled) {
  const left = secondsUntil(expiresAt ?? 0);
  const clock = `${Math.floor(left / 60)}:${String(left % 60).padStart(2, "0")}`;
  const text = expiresAt === null ? word("no-expiry") : left === 0 ? word("expired") : word("expires", clock);
  write(part("countdown"), isSettled ? "" : text);
}

const SIZE = 25;

/** Looks like a code and is none: the three eyes, and between them what the order's id comes to. @param {string} biz */
export function drawCode(biz) {
  let seed = Array.from(biz).reduce((sum, symbol) => (sum * 31 + symbol.charCodeAt(0)) % 2_147_483_647, 7);
  let path = "";
  for (let y = 2; y < SIZE - 2; y++)
    for (let x = 2; x < SIZE - 2; x++) {
      seed = (seed * 48_271) % 2_147_483_647; // Park and Miller's: the same code for the same order
      if (eyeAt(x - 2, y - 2) ?? seed % 2 === 0) path += `M${x} ${y}h1v1h-1z`;
    }
  part("qr").querySelector("path")?.setAttribute("d", path);
}

const EYES = /** @type {const} */ ([
  [0, 0],
  [14, 0],
  [0, 14],
]);

/** Whether an eye, or the light rim around it, is dark at this place; undefined outside the eyes. @param {number} x @param {number} y */
function eyeAt(x, y) {
  for (const [left, top] of EYES) {
    const ring = Math.max(Math.abs(x - left - 3), Math.abs(y - top - 3));
    if (ring <= 4) return ring !== 2 && ring !== 4;
  }
  return undefined;
}
