// Judges a secret that the operator chose: guessable ones and the published examples are refused. Pure.

/** A search through fewer is feasible. */
const SECRET_BITS = 128;

/** Random text of 128 bits has more; words and keyboard runs have fewer. */
const DISTINCT_SYMBOLS = 8;

/** `exampleHash` of the secrets in development.vars and template/development.vars; a test compares them. */
const EXAMPLES: ReadonlySet<number> = new Set([
  0x0690e9a6, 0x1f460949, 0x4dfa667a, 0x6a0ad325, 0x70ca993d, 0x73c78b3e, 0x9e697905, 0xa033d313, 0xa76365f6,
  0xaa2eb3a3, 0xb5564045, 0xbdc25105, 0xc6926a16, 0xcbc4fc8d, 0xeb0497d1, 0xf4f8d7c9,
]);

/** What a secret must be instead; null for a usable one. */
export function secretFault(secret: string): string | null {
  if (isExample(secret)) return "a value of your own, not the published example's: openssl rand -hex 32";
  return bitsOf(secret) < SECRET_BITS ? `random, of ${SECRET_BITS} bits or more: openssl rand -hex 32` : null;
}

/** Whether the project publishes this secret for development, in whichever notation. */
export const isExample = (secret: string): boolean => EXAMPLES.has(exampleHash(secret));

/** An upper bound of a secret's entropy: its length without repetition, times the bits of its alphabet's symbols. */
export function bitsOf(secret: string): number {
  const symbols = new Set(secret);
  if (symbols.size < DISTINCT_SYMBOLS) return 0;
  return periodOf(secret) * Math.log2(alphabetSize(secret));
}

/** The length of the shortest text that `text` repeats at least twice; its own if there is none. */
function periodOf(text: string): number {
  for (let period = 1; period <= text.length / 2; period++) if (text.startsWith(text.slice(period))) return period;
  return text.length;
}

function alphabetSize(text: string): number {
  if (/^\d+$/.test(text)) return 10;
  if (/^[\da-f]+$/i.test(text)) return 16;
  return /[a-z]/.test(text) && /[A-Z]/.test(text) ? 64 : 36;
}

/** FNV-1a of a secret without PEM lines, prefix, padding and case: recognises a text, and protects none. */
export function exampleHash(secret: string): number {
  const text = secret.replace(/-----[^-]*-----|\s|^whsec_|=+$/g, "").toLowerCase();
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  return hash >>> 0;
}
