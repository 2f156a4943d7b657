// Checks the secrets and texts of the pages, and that development code is not deployed.
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { callbackSetting, DEVELOPMENT_FILE, settingIn } from "../../scripts/development.ts";
import * as development from "../../src/pages/development.js";
import { phrases } from "../../src/pages/phrases.js";

const checkedIn = (name: string) => settingIn(DEVELOPMENT_FILE, name);
const files = readdirSync("src/pages", { recursive: true, encoding: "utf8" }).map((file) => `src/pages/${file}`);
const ours = files.filter((file) => /\.(js|html)$/.test(file) && !/(client|uplot)\.js$/.test(file));

describe("the pages' secrets", () => {
  it("are those of the checked-in example", () => {
    const { API_KEY, ORDER_STATUS_KEY, STANDARD_SECRET, TOKEN_SECRET } = development;
    expect({ API_KEY, ORDER_STATUS_KEY, STANDARD_SECRET, TOKEN_SECRET }).toEqual({
      API_KEY: checkedIn("API_KEYS"),
      ORDER_STATUS_KEY: checkedIn("ORDER_STATUS_KEY"),
      STANDARD_SECRET: callbackSetting("standard")["secret"],
      TOKEN_SECRET: checkedIn("TOKEN_SECRET"),
    });
  });

  it("are marked as development secrets by that file only", () => {
    expect(checkedIn("DEVELOPMENT")).toBe("1");
    expect(readFileSync("wrangler.toml", "utf8")).not.toContain("DEVELOPMENT");
  });
});

it("the code that `npm start` adds is not deployed, and no deployed file imports it", () => {
  expect(readFileSync("wrangler.toml", "utf8")).toContain('main = "src/index.ts"');
  const sources = readdirSync("src", { recursive: true, encoding: "utf8" }).filter((file) => file.endsWith(".ts"));
  expect(sources.filter((file) => readFileSync(`src/${file}`, "utf8").includes('development.ts"'))).toEqual([]);
});

describe("the pages' texts", () => {
  it("are in both languages, and each one is used", () => {
    const sources = ours.map((file) => readFileSync(file, "utf8")).join("\n");
    for (const [name, [english, chinese]] of Object.entries(phrases)) {
      expect([name, /[\u4e00-\u9fff]/.test(chinese), english.includes("#")]).toEqual([
        name,
        true,
        chinese.includes("#"),
      ]);
      const isComposed =
        /^(source-|.*-means$|running|stopped|unknown|refunded|partially_refunded|failed|closed|pending|connecting|open|waiting)/.test(
          name,
        );
      expect([name, isComposed || sources.includes(`"${name}"`)]).toEqual([name, true]);
    }
  });

  it("include a Chinese text for every English text of the markup", () => {
    for (const file of ours.filter((file) => file.endsWith(".html"))) {
      const html = readFileSync(file, "utf8");
      const untranslated = [
        ...html.matchAll(/<(button|h1|h2|h3|label|th|a)\b((?:[^>"]|"[^"]*")*)>\s*(?!Belfry)[A-Z][a-z]/g),
      ]
        .filter(([, , attributes = ""]) => !attributes.includes("data-zh"))
        .map(([tag]) => tag);
      expect([file, untranslated]).toEqual([file, []]);
    }
  });

  it("link to pages that exist", () => {
    for (const file of ours.filter((file) => file.endsWith(".html")))
      for (const [, path = ""] of readFileSync(file, "utf8").matchAll(/(?:href|src)="(\/[^"]*)"/g))
        expect([file, path, existsSync(`src/pages${path.endsWith("/") ? `${path}index.html` : path}`)]).toEqual([
          file,
          path,
          true,
        ]);
  });
});
