// Reads the development settings, from the file of `npm start`. For development and tests only.
import { readFileSync } from "node:fs";
import { parseEnv } from "node:util";

export const DEVELOPMENT_FILE = "development.vars";

/** Returns a setting of `file`; "" if it is missing. */
export const settingIn = (file: string, name: string): string => parseEnv(readFileSync(file, "utf8"))[name] ?? "";

/** Returns the names of all settings, from the generated types of secrets and vars. */
export function settingNames(): readonly string[] {
  const types = readFileSync("worker-configuration.d.ts", "utf8");
  return [...types.matchAll(/^\t([A-Z_]+): string;$/gm)].map(([, name = ""]) => name);
}

/** Returns the setting `CALLBACK_<PROVIDER>` of `file`; empty if it is missing. */
export const callbackSetting = (provider: string, file: string = DEVELOPMENT_FILE): Record<string, unknown> =>
  JSON.parse(settingIn(file, `CALLBACK_${provider.toUpperCase()}`) || "{}") as Record<string, unknown>;
