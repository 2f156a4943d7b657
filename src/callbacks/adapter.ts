// The interface of a provider's adapter: settings, verification and replies. Stateless, no clock.
import type { Callback, VerificationError, Webhook } from "../core/callback.ts";
import type { Fact } from "../core/fact.ts";
import type { Result } from "../core/result.ts";

export interface Adapter<Config> {
  /** The `:provider` of the route, and `instance` in every fact. */
  readonly name: string;
  /** The largest delivery in bytes, checked before it is parsed. 413 `body_too_large`. */
  readonly maxBodyBytes: number;
  /**
   * Checks the provider's setting and imports its keys. An error names the field but not its value.
   */
  readonly configure: (setting: unknown) => Promise<Result<Config, string>>;
  /**
   * Verifies a delivery at `now` (ms) without I/O. Invalid input is an error, not an exception. One
   * invalid item rejects the whole batch.
   */
  readonly verify: (
    config: Config,
    webhook: Webhook,
    now: number,
  ) => Promise<Result<readonly Callback[], VerificationError>>;
  /**
   * Checks the signature alone. For providers whose signature also covers bodies of other formats.
   */
  readonly isAuthentic?: (config: Config, webhook: Webhook, now: number) => Promise<boolean>;
  /** Confirms a verified delivery with the provider. For signatures that are weak (PayPal). */
  readonly confirm?: (config: Config, webhook: Webhook, io: ProviderIo) => Promise<Confirmation>;
  /** Queries the provider for an order by the merchant's id, with keys from the setting. */
  readonly query?: (config: Config, orderId: string, io: ProviderIo) => Promise<Result<readonly Fact[], QueryReason>>;
  /** Whether the setting has the keys for `query`. */
  readonly canQuery?: (config: Config) => boolean;
  readonly reply: (verdict: ReplyVerdict) => Reply;
  /** The adapter's rules, as docs/payments.md prints them. */
  readonly mapping: readonly (readonly [event: string, factKinds: string])[];
}

/**
 * Why a query returns no facts: the order is unknown (so far), the API failed, or keys are missing.
 */
export type QueryReason = "unknown_order" | "try_again" | "not_configured";

/** The result of a delivery; it selects the reply. */
export type ReplyVerdict = "stored" | "duplicate" | "ignored" | "refused" | "try_again";

export interface Reply {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

export type Confirmation = "confirmed" | "refused" | "try_again";

/** Network, clock and randomness, injected. */
export interface ProviderIo {
  readonly fetch: (url: string, init: RequestInit) => Promise<Response>;
  /** ms since 1970. */
  readonly now: number;
  /** Random; at least 16 characters of A-Z a-z 0-9. */
  readonly nonce: string;
}
