// A provider: an adapter that the value of its setting configures. Stateless.
import type { Callback, VerificationError, Webhook } from "../core/callback.ts";
import type { Fact } from "../core/fact.ts";
import { no, ok, type Result } from "../core/result.ts";
import type { Adapter, Confirmation, ProviderIo, QueryReason, Reply, ReplyVerdict } from "./adapter.ts";

/** A provider before its setting is read. */
export interface Provider {
  readonly name: string;
  readonly configure: (setting: unknown) => Promise<Result<ConfiguredProvider, string>>;
  readonly reply: (verdict: ReplyVerdict) => Reply;
  readonly mapping: Adapter<unknown>["mapping"];
}

/** A provider with its keys, independent of its `Config` type. */
export interface ConfiguredProvider {
  readonly name: string;
  readonly maxBodyBytes: number;
  readonly verify: (webhook: Webhook, now: number) => Promise<Result<readonly Callback[], VerificationError>>;
  /** Checks the signature alone; false for adapters without `isAuthentic`. */
  readonly isAuthentic: (webhook: Webhook, now: number) => Promise<boolean>;
  /** Null if the signature is proof enough. */
  readonly confirm: ((webhook: Webhook, io: ProviderIo) => Promise<Confirmation>) | null;
  /** Whether the setting has the keys for `query`. */
  readonly canQuery: boolean;
  readonly query: (orderId: string, io: ProviderIo) => Promise<Result<readonly Fact[], QueryReason>>;
  readonly reply: (verdict: ReplyVerdict) => Reply;
}

export function provider<Config>(adapter: Adapter<Config>): Provider {
  const { name, maxBodyBytes, reply, mapping, confirm, query } = adapter;
  const configure: Provider["configure"] = async (setting) => {
    const configured = await adapter.configure(setting);
    if (!configured.ok) return configured;
    const config = configured.value;
    return ok({
      name,
      maxBodyBytes,
      reply,
      verify: (webhook, now) => adapter.verify(config, webhook, now),
      isAuthentic: async (webhook, now) => (await adapter.isAuthentic?.(config, webhook, now)) ?? false,
      confirm: confirm === undefined ? null : (webhook, io) => confirm(config, webhook, io),
      canQuery: query !== undefined && (adapter.canQuery?.(config) ?? false),
      query: async (orderId, io) => {
        try {
          return query === undefined ? no("not_configured") : await query(config, orderId, io);
        } catch {
          return no("try_again"); // a fault in one provider must not stop the others or the order's alarm
        }
      },
    });
  };
  return { name, configure, reply, mapping };
}
