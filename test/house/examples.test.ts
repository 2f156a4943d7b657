// Checks docs/examples.md and docs/coming-from-channels.md: their requests exist, both languages show
// the same code, and all links of the docs resolve.
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { describe, expect, it } from "vitest";
import { snippetsOf } from "../support/snippets.ts";

const { paths } = JSON.parse(readFileSync("src/pages/openapi.json", "utf8")) as {
  paths: Record<string, Record<string, unknown>>; // by OpenAPI
};

/** The operations of /openapi.json, such as `PUT /orders/{}`. */
const known = new Set(
  Object.entries(paths).flatMap(([path, methods]) =>
    Object.keys(methods).map((method) => `${method.toUpperCase()} ${path.replaceAll(/\{\w+\}/g, "{}")}`),
  ),
);

/** The requests of a snippet in any language: `ask("PUT", f"/orders/{biz}"`, `ask(ctx, "PUT", "/orders/"+biz`. */
function requestsOf(code: string): string[] {
  const calls = code.matchAll(/\bask\((?:ctx, )?["'](?<method>[A-Z]+)["'], (?<path>f?["'`][^,]*?),/g);
  return [...calls].map(({ groups: { method = "", path = "" } = {} }) => {
    const pattern = path
      .replaceAll(/\$?\{\$?\w+\}|"\s*\+\s*\w+(?:\s*\+\s*")?/g, "{}")
      .replaceAll(/^f?["'`]|["'`]$/g, "");
    return `${method} ${pattern}`;
  });
}

/** The paths of the WebSockets that a page opens. */
const openedBy = (code: string): string[] =>
  [...code.matchAll(/\/ws\/[^`"\s]+/g)].map(([path]) => `GET ${path.replaceAll(/\$\{\w+\}/g, "{}")}`);

describe("docs/examples.md", () => {
  const page = "docs/examples.md";

  it.each(["python", "js", "php", "go"])(
    "sends existing requests in %s: for an order, its payment and a group",
    (language) => {
      const requests = snippetsOf(page, language).flatMap(requestsOf);
      expect(requests).toEqual(["PUT /orders/{}", "POST /callback/{}/", "POST /groups/{}/send"]);
      expect(requests.filter((request) => !known.has(request))).toEqual([]);
    },
  );

  it("opens existing groups", () => {
    const opened = ["html", "jsx", "js", "vue"].flatMap((language) => snippetsOf(page, language)).flatMap(openedBy);
    const generic = opened.map((path) => path.replace("/feed/news/", "/feed/{}/"));
    expect(new Set(generic)).toEqual(new Set(["GET /ws/feed/{}/", "GET /ws/alarm/{}/"])); // the client opens the order's path
    expect(generic.filter((request) => !known.has(request))).toEqual([]);
  });
});

describe("docs/coming-from-channels.md", () => {
  const page = "docs/coming-from-channels.md";

  it("sends existing requests", () => {
    const requests = snippetsOf(page, "python").flatMap(requestsOf);
    expect(requests).toEqual(["POST /groups/{}/send", "POST /channels/{}/send"]);
    const named = readFileSync(page, "utf8").matchAll(/`((?:GET|PUT|POST|DELETE) \/[^`]*)`/g);
    const mentioned = [...named].map(([, request = ""]) => request.replaceAll(/:\w+/g, "{}"));
    expect(mentioned.length).toBeGreaterThan(5);
    expect([...requests, ...mentioned].filter((request) => !known.has(request))).toEqual([]);
  });

  it("has a page that opens an order", () => {
    expect(snippetsOf(page, "html").flatMap(openedBy)).toEqual(["GET /ws/order/{}/"]);
  });
});

it.each(["docs/examples.md", "docs/coming-from-channels.md"])("%s has the same code in Chinese", (page) => {
  const code = (file: string) => readFileSync(file, "utf8").match(/^```\w+\n.*?^```$/gms);
  expect(code(page)?.length).toBeGreaterThan(5);
  expect(code(page.replace(".md", ".zh-CN.md"))).toEqual(code(page));
});

describe("links", () => {
  const pagesIn = (folder: string, recursive: boolean): string[] =>
    readdirSync(folder, { recursive, encoding: "utf8" })
      .filter((name) => name.endsWith(".md"))
      .map((name) => join(folder, name));
  const pages = [...pagesIn(".", false), ...pagesIn("docs", true)];
  const prose = (page: string) => readFileSync(page, "utf8").replaceAll(/^```.*?^```$/gms, "");

  /** The anchors that GitHub gives a page's headings. */
  const anchorsOf = (page: string): Set<string> =>
    new Set(
      [...prose(page).matchAll(/^#+ (.*)$/gm)].map(([, heading = ""]) =>
        heading
          .toLowerCase()
          .replaceAll(/[^\p{L}\p{N}\s_-]/gu, "")
          .replaceAll(" ", "-"),
      ),
    );

  it.each(pages)("of %s resolve", (page) => {
    const broken = [...prose(page).matchAll(/\]\((?!https?:)([^)#]*)(?:#([^)]*))?\)/g)].filter(
      ([, file = "", anchor]) => {
        const target = file === "" ? page : join(dirname(page), file);
        if (!existsSync(target)) return true;
        return anchor !== undefined && target.endsWith(".md") && !anchorsOf(target).has(anchor);
      },
    );
    expect(broken.map(([link]) => link)).toEqual([]);
  });
});
