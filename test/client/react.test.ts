// @vitest-environment happy-dom
// Tests the React hooks in strict mode: rendered views, shared connections and cleanup.
import { act, createElement, StrictMode, type FunctionComponent } from "react";
import { createRoot } from "react-dom/client";
import { renderToString } from "react-dom/server";
import { expect, it, onTestFinished, vi } from "vitest";
import type { Publication } from "../../src/client/index.ts";
import { BelfryContext, useGroup, useOrder } from "../../src/client/react.ts";
import { newBiz, scene } from "../support/clock.ts";

vi.stubGlobal("IS_REACT_ACT_ENVIRONMENT", true);

/** Renders a component in strict mode; `show` renders it again with other props. */
async function page<Props extends object>(component: FunctionComponent<Props>, props: Props) {
  const base = scene();
  const container = document.createElement("div");
  const root = createRoot(container);
  let renders = 0;
  const Counted: FunctionComponent<Props> = (props) => {
    renders += 1;
    return component(props);
  };
  const show = (next: Props) =>
    act(async () => {
      const shown = createElement(BelfryContext.Provider, { value: base.client }, createElement(Counted, next));
      root.render(createElement(StrictMode, null, shown));
      await base.clock.pass(0);
    });
  const unmount = () => act(async () => root.unmount());
  onTestFinished(unmount);
  await show(props);
  return { ...base, show, unmount, text: () => container.textContent, renders: () => renders };
}

const Status: FunctionComponent<{ biz: string | null }> = ({ biz }) => {
  const { outcome, state } = useOrder(biz);
  return createElement("p", null, `${outcome?.status ?? "?"} ${state.name}; `);
};

const Two: FunctionComponent<{ biz: string | null }> = ({ biz }) =>
  createElement("div", null, createElement(Status, { biz }), createElement(Status, { biz }));

it("components of one order share a connection, which closes when the last unmounts", async () => {
  const biz = newBiz();
  const { server, clock, unmount, text } = await page(Two, { biz });
  expect(text()).toBe("pending open; pending open; ");
  expect([server.dialled, server.connections.length]).toEqual([1, 1]);
  await act(async () => server.order(biz).becomes("paid"));
  expect(text()).toBe("paid open; paid open; ");
  await act(async () => server.disconnectNetwork());
  expect(text()).toBe("paid waiting; paid waiting; ");
  await act(async () => {
    server.restoreNetwork();
    await clock.pass(1000);
  });
  expect(text()).toBe("paid open; paid open; ");
  await unmount();
  expect([server.dialled, server.connections.length, clock.waiting]).toEqual([2, 0, 0]);
});

it("useOrder connects for each order, and closes the connection for null", async () => {
  const [one, other] = [newBiz(), newBiz()];
  const { server, show, text } = await page<{ biz: string | null }>(Status, { biz: one });
  await act(async () => server.order(one).becomes("paid"));
  await show({ biz: other });
  expect([text(), server.connections.map(({ path }) => path)]).toEqual(["pending open; ", [`/ws/order/${other}/`]]);
  await show({ biz: null });
  expect([text(), server.connections.length]).toEqual(["? connecting; ", 0]);
  await show({ biz: one });
  expect(text()).toBe("paid open; ");
});

it("a component that replaces another keeps its connection", async () => {
  const biz = newBiz();
  const Either: FunctionComponent<{ first: boolean }> = ({ first }) =>
    createElement(first ? "div" : "section", null, createElement(Status, { biz }));
  const { server, show, text } = await page(Either, { first: true });
  await show({ first: false });
  await show({ first: true });
  expect([text(), server.dialled, server.connections.length]).toEqual(["pending open; ", 1, 1]);
});

it("a component renders on changes only", async () => {
  const biz = newBiz();
  const { server, clock, renders } = await page(Status, { biz });
  const before = renders();
  await act(async () => clock.pass(300_000)); // heartbeats
  expect(renders()).toBe(before);
  await act(async () => server.order(biz).becomes("paid"));
  expect(renders()).toBe(before + 2); // strict mode renders twice
});

it("useGroup returns the latest publication, and onPublication receives every one", async () => {
  const received: unknown[] = [];
  const Feed: FunctionComponent<{ tag: string; more: boolean }> = ({ tag, more }) => {
    const onPublication = ({ data }: Publication<number>) => received.push(`${tag}${data}`);
    const { latest, state } = useGroup<number>("/ws/feed/news/", onPublication);
    const text = `${latest?.data ?? "-"} ${state.name}; `;
    return createElement("div", null, text, more ? createElement(Feed, { tag: "z", more: false }) : null);
  };
  const { server, show, text } = await page(Feed, { tag: "a", more: false });
  expect(text()).toBe("- open; ");
  await act(async () => [1, 2, 3].forEach((n) => server.group("/ws/feed/news/").publish(n)));
  expect([text(), received]).toEqual(["3 open; ", ["a1", "a2", "a3"]]);
  await show({ tag: "b", more: true });
  expect(text()).toBe("3 open; 3 open; ");
  await act(async () => server.group("/ws/feed/news/").publish(4));
  expect(new Set(received.slice(3))).toEqual(new Set(["b4", "z4"]));
  expect([server.dialled, server.connections.length]).toEqual([1, 1]);
});

it("the server renders the hooks without a connection", () => {
  expect(renderToString(createElement(Status, { biz: newBiz() }))).toBe("<p>? connecting; </p>");
});

it("without a BelfryContext the hooks connect to the page's own origin", async () => {
  const dialled: string[] = [];
  vi.stubGlobal(
    "WebSocket",
    class {
      constructor(url: string, protocols: string[]) {
        dialled.push(url, ...protocols);
      }
      addEventListener(): void {}
      send(): void {}
      close(): void {}
    },
  );
  const biz = newBiz();
  const root = createRoot(document.createElement("div"));
  await act(async () => root.render(createElement(Status, { biz })));
  await act(async () => root.unmount());
  expect(dialled).toEqual([`${location.origin.replace("http", "ws")}/ws/order/${biz}/`, "belfry.v1"]);
});
