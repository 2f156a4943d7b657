// Lints the API documents with Spectral and AsyncAPI's parser. Each finding is one line.
import { Parser } from "@asyncapi/parser";
import { Spectral } from "@stoplight/spectral-core";
import { oas } from "@stoplight/spectral-rulesets";

/** Every rule of OpenAPI, warnings included, except those switched off here with a reason. */
const openapiRules = {
  extends: [[oas, "all"]],
  rules: {
    // OpenAPI 3.1 allows either `identifier` (SPDX) or `url`: the document has the identifier.
    "license-url": "off",
    // The contact is a project and has neither URL nor address.
    "contact-properties": "off",
    // Tags are in reading order.
    "openapi-tags-alphabetical": "off",
    // `/callback/{biz}/` and the WebSocket paths keep the trailing slash of the articles.
    "path-keys-no-trailing-slash": "off",
  },
};

const IGNORED_CODES: ReadonlySet<string> = new Set([
  // AsyncAPI 3.0 has the widest tool support.
  "asyncapi-latest-version",
]);

export async function lintOpenapi(text: string): Promise<readonly string[]> {
  const spectral = new Spectral();
  spectral.setRuleset(openapiRules as unknown as Parameters<Spectral["setRuleset"]>[0]); // the type omits plain objects
  return (await spectral.run(text)).filter((finding) => !isUpgrade(finding)).map(formatFinding);
}

export async function lintAsyncapi(text: string): Promise<readonly string[]> {
  const findings = await new Parser().validate(text);
  return findings.filter(({ code }) => !IGNORED_CODES.has(String(code))).map(formatFinding);
}

/** The rule demands a 2xx or 3xx response; a WebSocket handshake succeeds with 101. */
const isUpgrade = ({ code, path }: Finding): boolean =>
  code === "operation-success-response" && String(path[1]).startsWith("/ws/");

interface Finding {
  readonly code: string | number;
  readonly message: string;
  readonly path: readonly (string | number)[];
}

const formatFinding = ({ code, message, path }: Finding): string => `${path.join(".")}: ${message} (${code})`;
