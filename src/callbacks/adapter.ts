// What every provider's file offers: its settings, verification, and replies in its own words. Keeps no clock and no keys.
import type { Callback, Unproved, Webhook } from "../core/callback.ts";
import type { Fact } from "../core/fact.ts";
import type { Result } from "../core/result.ts";

export interface Adapter<Config> {
  /** The `:provider` of the route, and `provider` in every fact. */
  readonly name: string;
  /** Reads the provider's setting once: shapes checked, keys imported. The reason names what is wrong and never a value. */
  readonly configure: (setting: unknown) => Promise<Result<Config, string>>;
  /** Proves a delivery, or says why not. Never throws for what arrived. `now` in ms; no I/O. One bad item refuses all of a batch. */
  readonly verify: (config: Config, webhook: Webhook, now: number) => Promise<Result<readonly Callback[], Unproved>>;
  /** Only where a body may be signed that is not the provider's own kind: whether the signature is right, whatever it says. */
  readonly isAuthentic?: (config: Config, webhook: Webhook, now: number) => Promise<boolean>;
  /** Only where the signature alone does not prove enough (PayPal): asks the provider itself. */
  readonly confirm?: (config: Config, webhook: Webhook, io: ProviderIo) => Promise<Confirmation>;
  /** What the provider knows of an order, asked by the merchant's id; only where the setting holds the keys for it. */
  readonly query?: (config: Config, orderId: string, io: ProviderIo) => Promise<Result<readonly Fact[], QueryReason>>;
  /** Whether the setting holds those keys. */
  readonly canQuery?: (config: Config) => boolean;
  readonly reply: (verdict: Verdict) => Reply;
  /** Event types and what each becomes: what the code goes by, and what docs/payments.md prints. */
  readonly mapping: readonly (readonly [event: string, becomes: string])[];
}

/** Why a query has no facts: the provider knows no such order (yet), has not answered, or the setting lacks the keys. */
export type QueryReason = "unknown_order" | "try_again" | "not_configured";

/** What became of a delivery. */
export type Verdict = "stored" | "duplicate" | "ignored" | "refused" | "try_again";

export interface Reply {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

export type Confirmation = "confirmed" | "refused" | "try_again";

/** The outside world, passed in. */
export interface ProviderIo {
  readonly fetch: (url: string, init: RequestInit) => Promise<Response>;
  /** ms since 1970. */
  readonly now: number;
  /** Random, at least 16 characters of A-Z a-z 0-9. */
  readonly nonce: string;
}
