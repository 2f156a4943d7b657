// The bindings, vars and secrets that Belfry reads from an environment, and the object of a group by its name.
import type { GroupApi } from "./core/group-api.ts";

/** The class of the objects, by what a Worker may call of it. */
export type GroupObject = GroupApi & Rpc.DurableObjectBranded;

/**
 * Everything is optional except `GROUP`. A Worker's own `Env` may extend it, or be the one that `wrangler types` generates: what a setting
 * means and which values it takes is in docs/settings.md.
 */
export interface BelfryEnv {
  /** The class that `belfry()` returns, bound as a Durable Object: one object per group. */
  readonly GROUP: DurableObjectNamespace<GroupObject>;
  /** The package's pages and API documents. */
  readonly ASSETS?: Fetcher;
  readonly ANALYTICS?: AnalyticsEngineDataset;
  readonly ALLOWED_ORIGINS?: string;
  readonly API_KEYS?: string;
  readonly CONNECTIONS_PER_ADDRESS?: string;
  readonly CONNECTIONS_PER_GROUP?: string;
  readonly DEVELOPMENT?: string;
  readonly FORWARD_SECRET?: string;
  readonly FORWARD_URL?: string;
  /** Where the objects live: `eu`, `fedramp`, or empty for anywhere. Decided before the first deployment. */
  readonly JURISDICTION?: string;
  readonly ORDER_ID_KEY?: string;
  readonly ORDER_IDS?: string;
  readonly ORDER_RETENTION_DAYS?: string;
  readonly ORDER_STATUS_KEY?: string;
  readonly ORDER_STATUS_URL?: string;
  readonly PAGES?: string;
  readonly PUSH_EVERY_SECONDS?: string;
  readonly REQUIRE_REGISTERED?: string;
  readonly TIME_ZONE?: string;
  readonly TOKEN_AUDIENCE?: string;
  readonly TOKEN_ISSUER?: string;
  readonly TOKEN_JWKS_URL?: string;
  readonly TOKEN_MAX_SECONDS?: string;
  readonly TOKEN_SECRET?: string;
}

type GroupStub = DurableObjectStub<GroupObject>;

/**
 * The object of a group, and the only way to one. The same name in a jurisdiction is another object
 * (developers.cloudflare.com/durable-objects/reference/data-location).
 */
export function groupOf(env: Pick<BelfryEnv, "GROUP" | "JURISDICTION">, name: string): GroupStub {
  const { GROUP } = env;
  const jurisdiction = env.JURISDICTION?.trim();
  // `settingsOf` rejects any other word before a request comes here.
  const objects = jurisdiction ? GROUP.jurisdiction(jurisdiction as DurableObjectJurisdiction) : GROUP; // see above
  return objects.getByName(name);
}
