// The development settings, from the file that `npm start` reads. For development and tests only.
import { readFileSync } from "node:fs";
import { parseEnv } from "node:util";

export const DEVELOPMENT_FILE = ".dev.vars.example";

/** One of the settings of `file`; "" if it is not there. */
export const settingIn = (file: string, name: string): string => parseEnv(readFileSync(file, "utf8"))[name] ?? "";

/** The names of all settings there are: the secrets of that file, and the vars of wrangler.toml, as the generated types have them. */
export function settingsNamed(): readonly string[] {
  const types = readFileSync("worker-configuration.d.ts", "utf8");
  return [...types.matchAll(/^\t([A-Z_]+): string;$/gm)].map(([, name = ""]) => name);
}

/** A provider's setting: what `CALLBACK_<PROVIDER>` is in `file`. Empty if it is not set. */
export const callbackSetting = (provider: string, file: string = DEVELOPMENT_FILE): Record<string, unknown> =>
  JSON.parse(settingIn(file, `CALLBACK_${provider.toUpperCase()}`) || "{}") as Record<string, unknown>;
