// A provider: an adapter that its setting opens. Reads no environment and keeps nothing.
import type { Callback, Unproved, Webhook } from "../core/callback.ts";
import type { Fact } from "../core/fact.ts";
import { no, ok, type Result } from "../core/result.ts";
import type { Adapter, Confirmation, ProviderIo, QueryReason, Reply, Verdict } from "./adapter.ts";

/** A provider whose setting has not been read yet. */
export interface Provider {
  readonly name: string;
  readonly open: (setting: unknown) => Promise<Result<OpenProvider, string>>;
  readonly reply: (verdict: Verdict) => Reply;
  readonly mapping: Adapter<unknown>["mapping"];
}

/** A provider with its keys: what `:provider` of the route is, whichever it may be. */
export interface OpenProvider {
  readonly name: string;
  readonly verify: (webhook: Webhook, now: number) => Promise<Result<readonly Callback[], Unproved>>;
  /** Whether the signature is right, whatever was signed; false for a provider that has no use for the question. */
  readonly isAuthentic: (webhook: Webhook, now: number) => Promise<boolean>;
  /** Null where the signature proves enough. */
  readonly confirm: ((webhook: Webhook, io: ProviderIo) => Promise<Confirmation>) | null;
  /** Whether its setting has what `query` needs. */
  readonly canQuery: boolean;
  readonly query: (orderId: string, io: ProviderIo) => Promise<Result<readonly Fact[], QueryReason>>;
  readonly reply: (verdict: Verdict) => Reply;
}

export function provider<Config>(adapter: Adapter<Config>): Provider {
  const { name, reply, mapping, confirm, query } = adapter;
  const open: Provider["open"] = async (setting) => {
    const configured = await adapter.configure(setting);
    if (!configured.ok) return configured;
    const config = configured.value;
    return ok({
      name,
      reply,
      verify: (webhook, now) => adapter.verify(config, webhook, now),
      isAuthentic: async (webhook, now) => (await adapter.isAuthentic?.(config, webhook, now)) ?? false,
      confirm: confirm === undefined ? null : (webhook, io) => confirm(config, webhook, io),
      canQuery: query !== undefined && (adapter.canQuery?.(config) ?? false),
      query: async (orderId, io) => {
        try {
          return query === undefined ? no("not_configured") : await query(config, orderId, io);
        } catch {
          return no("try_again"); // a fault in asking one provider must not cost the others, nor the order its alarm
        }
      },
    });
  };
  return { name, open, reply, mapping };
}
