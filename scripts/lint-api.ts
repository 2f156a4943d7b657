// The linters of both documents: what they find, one line each, nothing for a sound document. Reads no file.
import { Parser } from "@asyncapi/parser";
import { Spectral } from "@stoplight/spectral-core";
import { oas } from "@stoplight/spectral-rulesets";

/** A sound warning counts like an error: what is not to be said is switched off by name, with its reason. */
const openapiRules = {
  extends: [[oas, "all"]],
  rules: {
    // An SPDX identifier stands in the place of the URL, which OpenAPI 3.1 lets only one of the two have.
    "license-url": "off",
    // There is no person to write to.
    "contact-properties": "off",
    // Families stand in the order in which they are read.
    "openapi-tags-alphabetical": "off",
    // The articles' paths end with one.
    "path-keys-no-trailing-slash": "off",
  },
};

const WITHOUT: ReadonlySet<string> = new Set([
  // 3.0 is what the tools of AsyncAPI read today.
  "asyncapi-latest-version",
]);

export async function lintOpenapi(text: string): Promise<readonly string[]> {
  const spectral = new Spectral();
  spectral.setRuleset(openapiRules as unknown as Parameters<Spectral["setRuleset"]>[0]); // its type knows no ruleset by value
  return (await spectral.run(text)).filter((finding) => !isUpgrade(finding)).map(lineOf);
}

export async function lintAsyncapi(text: string): Promise<readonly string[]> {
  const found = await new Parser().validate(text);
  return found.filter(({ code }) => !WITHOUT.has(String(code))).map(lineOf);
}

/** A WebSocket's success is 101, which the rule does not count as one. */
const isUpgrade = ({ code, path }: Finding): boolean =>
  code === "operation-success-response" && String(path[1]).startsWith("/ws/");

interface Finding {
  readonly code: string | number;
  readonly message: string;
  readonly path: readonly (string | number)[];
}

const lineOf = ({ code, message, path }: Finding): string => `${path.join(".")}: ${message} (${code})`;
