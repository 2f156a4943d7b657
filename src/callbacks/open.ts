// The providers that this Worker has settings for, each opened once per Env. Logs nothing and shows no setting's value.
import { no, type Result } from "../core/result.ts";
import { providers, type OpenProvider, type Provider } from "./providers.ts";

/** A provider's own setting: `CALLBACK_STRIPE` for `stripe`. */
export const settingName = (provider: string): string => `CALLBACK_${provider.toUpperCase()}`;

/** Why a provider cannot be used: it is not set, or what is set is not right. */
export type Unopened = { readonly reason: "not_set" } | { readonly reason: "bad_setting"; readonly expected: string };

const opened = new WeakMap<object, Map<string, Promise<Result<OpenProvider, Unopened>>>>();

/** One provider by the name in its route. Names that are none are not set. */
export function openProvider(env: object, name: string): Promise<Result<OpenProvider, Unopened>> {
  const provider = providers.get(name);
  if (provider === undefined) return Promise.resolve(no({ reason: "not_set" }));
  const known = opened.get(env) ?? new Map<string, Promise<Result<OpenProvider, Unopened>>>();
  opened.set(env, known);
  const open = known.get(name) ?? read(env, provider);
  known.set(name, open);
  return open;
}

/** All providers that can be used. */
export async function openProviders(env: object): Promise<readonly OpenProvider[]> {
  const all = await Promise.all([...providers.keys()].map((name) => openProvider(env, name)));
  return all.flatMap((provider) => (provider.ok ? [provider.value] : []));
}

async function read(env: object, provider: Provider): Promise<Result<OpenProvider, Unopened>> {
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
