// The pages of docs/examples.md and docs/coming-from-channels.md in Chromium, served by a shop beside
// the Worker: plain HTML, React and Vue.
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createServer } from "node:http";
import { join, resolve } from "node:path";
import { build, type Plugin } from "esbuild";
import type { Page } from "playwright-core";
import { beforeAll, describe, expect, inject, it, onTestFinished } from "vitest";
import { compileScript, parse } from "vue/compiler-sfc";
import { openWindow, useBrowser } from "../support/browser.ts";
import { backend, getGroup, newBiz } from "../support/client.ts";
import { filesOf, snippetsOf, unpack } from "../support/snippets.ts";
import { hmac, token } from "../tokens/signing.ts";
import { portOf } from "../support/port.ts";
import { DEVELOPMENT_FILE, settingIn } from "../../scripts/development.ts";

useBrowser();

const PAGE = "docs/examples.md";
const EXAMPLE = "0123456789abcdefghijklmnopqrstuv";
const server = inject("url");
const withServer = (code: string) => code.replaceAll("http://localhost:8787", server);

/** Serves `files` from another host than the Worker and opens the page `/`. */
async function openShop(files: Readonly<Record<string, string>>, hash = ""): Promise<Page> {
  const listener = createServer(({ url = "" }, response) => {
    const body = files[url];
    const type = url === "/" ? "text/html" : url.endsWith(".js") ? "text/javascript" : "text/plain";
    response.writeHead(body === undefined ? 404 : 200, { "Content-Type": type }).end(body);
  }).listen(0);
  const shop = `http://localhost:${await portOf(listener)}`;
  onTestFinished(() => void listener.close());
  const { open } = await openWindow({ server: shop, expected: new RegExp(`^${server}/(client\\.js|orders/)`) });
  return open(`/${hash}`);
}

const status = (page: Page) => page.getByRole("status");
const pay = (biz: string, body?: object) => backend(server, "POST", `/callback/${biz}/`, body);
const connectionsOf = async (biz: string) => (await getGroup(server, `order_${biz}`)).connections;

describe("plain HTML", () => {
  const [order = "", feed = ""] = snippetsOf(PAGE, "html").map(withServer);

  it("shows the status of an order", async () => {
    const biz = newBiz();
    const page = await openShop({ "/": order.replace(EXAMPLE, biz) });
    await expect.poll(() => connectionsOf(biz)).toBe(1);
    expect(await status(page).textContent()).toBe("Waiting for your payment");
    await pay(biz, { status: "failed" });
    await status(page).getByText("That did not work: please try again").waitFor();
    await pay(biz);
    await status(page).getByText("Thank you!").waitFor();
    await pay(biz, { status: "refunded" });
    await status(page).getByText("Your money is on its way back").waitFor();
  });

  it("shows the publications of a feed, with the user's token", async () => {
    const feedOf = newBiz();
    const claims = { sub: "ann", groups: [`feed_${feedOf}`], exp: Date.now() / 1000 + 60 };
    const page = await openShop({
      "/": feed.replace("/feed/news/", `/feed/${feedOf}/`),
      "/belfry/token": await token({ alg: "HS256" }, claims, hmac(settingIn(DEVELOPMENT_FILE, "TOKEN_SECRET"))),
    });
    await expect.poll(async () => (await getGroup(server, `feed_${feedOf}`)).connections).toBe(1);
    for (const title of ["Rain", "Sun"]) {
      await backend(server, "POST", `/groups/feed_${feedOf}/send`, { type: "send.message", message: { title } });
    }
    await page.getByText("Sun").waitFor();
    expect(await page.getByRole("listitem").allTextContents()).toEqual(["Sun", "Rain"]);
  });
});

it("a page of the articles works with another host and no other change", async () => {
  const biz = newBiz();
  const [plain = ""] = snippetsOf("docs/coming-from-channels.md", "html");
  const html = plain.replace("localhost:8787", new URL(server).host).replace(EXAMPLE, biz);
  const page = await openShop({ "/": html });
  await expect.poll(() => connectionsOf(biz)).toBe(1);
  const other = await openShop({ "/": html });
  await expect.poll(() => connectionsOf(biz)).toBe(2);
  for (const message of ["hello", null])
    await backend(server, "POST", `/groups/order_${biz}/send`, { type: "send.message", message });
  expect(await status(page).textContent()).toBe("Waiting for your payment");
  await pay(biz);
  for (const each of [page, other]) await status(each).getByText("Thank you!").waitFor();
});

describe("built with a bundler", () => {
  const MOUNT = '<!doctype html><html lang="en"><meta charset="utf-8"><title>Shop</title>';
  const html = `${MOUNT}<div id="root"></div><script type="module" src="/shop.js"></script></html>`;
  const bundles: Record<string, string> = {};

  /** Bundles the snippets with an entry. The page reads order and project from its address. */
  async function bundle(files: Iterable<readonly [string, string]>, entry: string): Promise<string> {
    const folder = mkdtempSync(resolve("test/.readme-page-")); // inside the project, where `belfry` resolves to the project itself
    try {
      unpack(
        folder,
        [...files].map(([name, code]) => [name, withServer(code)] as const),
      );
      unpack(folder, [["entry.jsx", entry]]);
      const { outputFiles } = await build({
        entryPoints: [join(folder, "entry.jsx")],
        bundle: true,
        write: false,
        format: "esm",
        jsx: "automatic",
        define: {
          "process.env.NODE_ENV": '"production"',
          __VUE_OPTIONS_API__: "false",
          __VUE_PROD_DEVTOOLS__: "false",
          __VUE_PROD_HYDRATION_MISMATCH_DETAILS__: "false",
        },
        plugins: [singleFileComponents],
      });
      return outputFiles[0]?.text ?? "";
    } finally {
      rmSync(folder, { recursive: true });
    }
  }

  /** Compiles a Vue component without styles, as Vue's own plugins do. */
  const singleFileComponents: Plugin = {
    name: "single file components",
    setup: (build) =>
      build.onLoad({ filter: /\.vue$/ }, ({ path }) => {
        const { descriptor, errors } = parse(readFileSync(path, "utf8"), { filename: path });
        if (errors.length > 0) throw errors[0];
        return { contents: compileScript(descriptor, { id: "shop", inlineTemplate: true }).content, loader: "js" };
      }),
  };

  const ADDRESS = `const [biz, project] = location.hash.slice(1).split("/");`;

  beforeAll(async () => {
    expect(existsSync("src/pages/client.js")).toBe(true); // `npm test` builds it
    const react = snippetsOf(PAGE, "jsx").map((code) => ["shop.jsx", code] as const);
    bundles["React"] = await bundle(
      react,
      `import { createRoot } from "react-dom/client";
       import { App } from "./shop.jsx";
       ${ADDRESS}
       const root = createRoot(document.querySelector("#root"));
       root.render(<App biz={biz} project={project} />);
       globalThis.leave = () => root.unmount();`,
    );
    bundles["Vue"] = await bundle(
      [...filesOf(PAGE, "js"), ...filesOf(PAGE, "vue")],
      `import { createApp } from "vue";
       import Checkout from "./Checkout.vue";
       ${ADDRESS}
       const app = createApp(Checkout, { biz });
       app.mount("#root");
       globalThis.leave = () => app.unmount();`,
    );
  });

  const open = (framework: string, biz: string, project = "none") =>
    openShop({ "/": html, "/shop.js": bundles[framework] ?? "" }, `#${biz}/${project}`);

  it.each(["React", "Vue"])(
    "with %s, shows the status of an order and disconnects with the component",
    async (framework) => {
      const biz = newBiz();
      const page = await open(framework, biz);
      await status(page).getByText("Waiting for your payment").waitFor();
      await expect.poll(() => connectionsOf(biz)).toBe(1);
      await pay(biz);
      await status(page).getByText("Thank you!").waitFor();
      await page.evaluate("leave()");
      await expect.poll(() => connectionsOf(biz)).toBe(0);
    },
  );

  it.each(["React", "Vue"])("with %s, shows the reason if the status is unknown", async (framework) => {
    const biz = newBiz();
    const page = await open(framework, biz);
    await expect.poll(() => connectionsOf(biz)).toBe(1);
    const { members } = (await (await backend(server, "GET", `/groups/order_${biz}/connections`)).json()) as {
      members: { channel: string }[]; // docs/http.md
    };
    await backend(server, "DELETE", `/channels/${members[0]?.channel}`);
    await status(page).getByText("Cannot tell: disconnected").waitFor();
  });

  it("with React, shows a group's result", async () => {
    const page = await open("React", newBiz(), newBiz());
    await page
      .locator("output")
      .getByText(/^20\d\d-\d\d-\d\d /)
      .waitFor();
  });
});
