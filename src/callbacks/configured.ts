// The providers configured in a Worker's environment, read once per environment. Values stay secret.
import { no, type Result } from "../core/result.ts";
import { isExample } from "../core/secret.ts";
import type { ConfiguredProvider, Provider } from "./provider.ts";

/** The name of a provider's setting: `CALLBACK_STRIPE` for `stripe`. */
export const settingName = (provider: string): string => `CALLBACK_${provider.toUpperCase()}`;

/** The reason why a provider is unavailable; `expected` is the text for the log. */
export type ConfigError =
  | { readonly reason: "not_set" }
  | { readonly reason: "bad_setting"; readonly expected: string };

type Configured = Result<ConfiguredProvider, ConfigError>;

export class ConfiguredProviders {
  readonly #providers: readonly Provider[];
  /**
   * Cache of finished results. A cached promise would make one request wait for another's, which
   * may be cancelled with its request.
   */
  readonly #cache = new WeakMap<object, ReadonlyMap<string, Configured>>();

  constructor(providers: readonly Provider[]) {
    this.#providers = providers;
  }

  /** The provider of a route; unknown names are `not_set`. */
  async get(env: object, name: string): Promise<Configured> {
    return (await this.#configuredIn(env)).get(name) ?? no({ reason: "not_set" });
  }

  /** All providers with a valid setting. */
  async all(env: object): Promise<readonly ConfiguredProvider[]> {
    return [...(await this.#configuredIn(env)).values()].flatMap((provider) => (provider.ok ? [provider.value] : []));
  }

  async #configuredIn(env: object): Promise<ReadonlyMap<string, Configured>> {
    const cached = this.#cache.get(env);
    if (cached !== undefined) return cached;
    const entries = this.#providers.map(async (provider) => [provider.name, await configure(env, provider)] as const);
    const configured = new Map(await Promise.all(entries));
    this.#cache.set(env, configured);
    return configured;
  }
}

async function configure(env: object, provider: Provider): Promise<Configured> {
  const text: unknown = Reflect.get(env, settingName(provider.name));
  if (typeof text !== "string" || text.trim() === "") return no({ reason: "not_set" });
  let setting: unknown;
  try {
    setting = JSON.parse(text);
  } catch {
    return no({
      reason: "bad_setting",
      expected: `must be a JSON object (received ${text.length} characters, not JSON)`,
    });
  }
  const example = Reflect.get(env, "DEVELOPMENT") === "1" ? null : exampleIn(setting);
  if (example !== null) {
    const expected = `must have a value of your own in ${example}, not the published example's`;
    return no({ reason: "bad_setting", expected });
  }
  const configured = await provider.configure(setting);
  return configured.ok ? configured : no({ reason: "bad_setting", expected: configured.reason });
}

/** The name of the field that holds a published secret; null if none does. */
function exampleIn(value: unknown, name = ""): string | null {
  if (typeof value === "string") return isExample(value) ? name : null;
  if (typeof value !== "object" || value === null) return null;
  for (const [key, item] of Object.entries(value)) {
    const found = exampleIn(item, Array.isArray(value) ? name : key);
    if (found !== null) return found;
  }
  return null;
}
