// The providers that a Worker has settings for, each opened once per environment. Logs nothing and shows no setting's value.
import { no, type Result } from "../core/result.ts";
import type { OpenProvider, Provider } from "./provider.ts";

/** A provider's own setting: `CALLBACK_STRIPE` for `stripe`. */
export const settingName = (provider: string): string => `CALLBACK_${provider.toUpperCase()}`;

/** Why a provider cannot be used: it is not set, or what is set is not right. */
export type Unopened = { readonly reason: "not_set" } | { readonly reason: "bad_setting"; readonly expected: string };

type Opened = Result<OpenProvider, Unopened>;

export class ConfiguredProviders {
  readonly #providers: readonly Provider[];
  /** Holds results and never promises: a request must not wait for what another request started and may not finish. */
  readonly #opened = new WeakMap<object, ReadonlyMap<string, Opened>>();

  constructor(providers: readonly Provider[]) {
    this.#providers = providers;
  }

  /** One provider by the name in its route. Names that are none are not set. */
  async get(env: object, name: string): Promise<Opened> {
    return (await this.#openedOf(env)).get(name) ?? no({ reason: "not_set" });
  }

  /** All providers that can be used. */
  async all(env: object): Promise<readonly OpenProvider[]> {
    return [...(await this.#openedOf(env)).values()].flatMap((provider) => (provider.ok ? [provider.value] : []));
  }

  async #openedOf(env: object): Promise<ReadonlyMap<string, Opened>> {
    const known = this.#opened.get(env);
    if (known !== undefined) return known;
    const all = this.#providers.map(async (provider) => [provider.name, await read(env, provider)] as const);
    const opened = new Map(await Promise.all(all));
    this.#opened.set(env, opened);
    return opened;
  }
}

async function read(env: object, provider: Provider): Promise<Opened> {
  const text: unknown = Reflect.get(env, settingName(provider.name));
  if (typeof text !== "string" || text.trim() === "") return no({ reason: "not_set" });
  let setting: unknown;
  try {
    setting = JSON.parse(text);
  } catch {
    return no({ reason: "bad_setting", expected: "must be a JSON object" });
  }
  const open = await provider.open(setting);
  return open.ok ? open : no({ reason: "bad_setting", expected: open.reason });
}
