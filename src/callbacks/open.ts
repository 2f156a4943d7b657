// The providers that this Worker has settings for, each opened once per Env. Logs nothing and shows no setting's value.
import { no, type Result } from "../core/result.ts";
import { providers, type OpenProvider, type Provider } from "./providers.ts";

/** A provider's own setting: `CALLBACK_STRIPE` for `stripe`. */
export const settingName = (provider: string): string => `CALLBACK_${provider.toUpperCase()}`;

/** Why a provider cannot be used: it is not set, or what is set is not right. */
export type Unopened = { readonly reason: "not_set" } | { readonly reason: "bad_setting"; readonly expected: string };

type Opened = Result<OpenProvider, Unopened>;

/** Never a promise of them: one request must not wait for what another one began and may not end. */
const opened = new WeakMap<object, ReadonlyMap<string, Opened>>();

/** One provider by the name in its route. Names that are none are not set. */
export async function openProvider(env: object, name: string): Promise<Opened> {
  return (await openedOf(env)).get(name) ?? no({ reason: "not_set" });
}

/** All providers that can be used. */
export async function openProviders(env: object): Promise<readonly OpenProvider[]> {
  return [...(await openedOf(env)).values()].flatMap((provider) => (provider.ok ? [provider.value] : []));
}

async function openedOf(env: object): Promise<ReadonlyMap<string, Opened>> {
  const known = opened.get(env);
  if (known !== undefined) return known;
  const all = [...providers].map(async ([name, provider]) => [name, await read(env, provider)] as const);
  const open = new Map(await Promise.all(all));
  opened.set(env, open);
  return open;
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
