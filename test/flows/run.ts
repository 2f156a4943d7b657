// Runs the flows of one provider through its verification, in every order of arrival, each event once more at the end.
import { readFileSync } from "node:fs";
import { parseEnv } from "node:util";
import { describe, expect, it } from "vitest";
import { signed } from "../../scripts/sign.ts";
import { providers } from "../../src/callbacks/providers.ts";
import { verificationErrorText, type Callback } from "../../src/core/callback.ts";
import { fromMajor } from "../../src/core/money.ts";
import type { BackendOrder } from "../../src/core/order-view.ts";
import { webhook } from "../callbacks/delivery.ts";
import type { BizOf, Flow, ProviderFlows } from "./flow.ts";
import { ordersOfArrival } from "./orders-of-arrival.ts";
import { World } from "./world.ts";

const NOW = Date.UTC(2026, 10, 22, 12, 0, 0);

const development = parseEnv(readFileSync(new URL("../../development.vars", import.meta.url), "utf8"));

/** The development setting of a provider, which its events are signed with. */
const settingOf = (provider: string, flow: Flow): Record<string, unknown> => ({
  ...(JSON.parse(development[`CALLBACK_${provider.toUpperCase()}`] ?? "{}") as Record<string, unknown>), // as checked in
  ...flow.setting,
});

/** The same in every run: 32 of a-z and 0-9, that begin with the order's name. */
const bizOf: BizOf = (name) => name.toLowerCase().padEnd(32, "0");

export function runFlows({ provider, flows }: ProviderFlows): void {
  describe(`${provider}: flows in every order of arrival`, () => {
    it.each(flows.map((flow) => [flow.name, flow] as const))("%s", async (_, flow) => {
      const callbacks = await verified(provider, flow);
      const orders = flow.inThisOrder === undefined ? ordersOfArrival(callbacks) : [callbacks];
      for (const arrivals of orders) await play(flow, arrivals);
    });
  });
}

/** Each event as verification leaves it: a list, since a delivery may hold several. */
async function verified(provider: string, flow: Flow): Promise<readonly (readonly Callback[])[]> {
  const setting = settingOf(provider, flow);
  const opened = await providers.get(provider)?.configure(setting);
  if (opened?.ok !== true) throw new Error(`${provider}: ${opened?.reason ?? "no such provider"}`);
  return Promise.all(
    flow.events(bizOf).map(async (event) => {
      const told = { orderId: "", outcome: "paid", amount: "0", currency: "USD", now: NOW, setting, event } as const;
      const { headers, body } = signed(provider, told);
      const proved = await opened.value.verify(webhook(headers, body), NOW);
      if (!proved.ok) throw new Error(`${verificationErrorText(proved.reason)}\n${JSON.stringify(event)}`);
      return proved.value;
    }),
  );
}

async function play(flow: Flow, arrivals: readonly (readonly Callback[])[]): Promise<void> {
  const world = new World({ requireRegistered: flow.requireRegistered ?? true });
  for (const [name, { amount, currency }] of Object.entries(flow.registered ?? {})) {
    const money = fromMajor(amount, currency);
    if (!money.ok) throw new Error(`${amount} ${currency} is not an amount`);
    world.register(bizOf(name), { money: money.value, expiresAt: null, orderId: null });
  }
  for (const callbacks of arrivals) for (const callback of callbacks) await world.deliver(callback);
  check(flow, world, arrivals);
  const seen = views(flow, world);
  for (const callbacks of arrivals) for (const callback of callbacks) await world.deliver(callback);
  expect(views(flow, world), "redelivery changes nothing").toEqual(seen);
}

function check(flow: Flow, world: World, arrivals: readonly (readonly Callback[])[]): void {
  const arrived = arrivals
    .flat()
    .map(({ type, eventId }) => `${type} ${eventId ?? ""}`)
    .join(", ");
  for (const [name, expected] of Object.entries(flow.ends)) {
    expect(world.view(bizOf(name)), `order ${name} after ${arrived}`).toMatchObject(expected);
  }
  const known = new Set(Object.keys(flow.ends).map(bizOf));
  expect([...world.facts().keys()].filter((biz) => !known.has(biz))).toEqual([]);
  expect(homeless(arrivals, world), `facts of no order after ${arrived}`).toBe(flow.handedOn);
}

/** The events that are facts of no order: of a moved orphan, its order has the facts. */
function homeless(arrivals: readonly (readonly Callback[])[], world: World): number {
  const recorded = new Set([...world.facts().values()].flat().map(({ instance, eventId }) => `${instance} ${eventId}`));
  return arrivals.flat().filter(({ instance, eventId }) => !recorded.has(`${instance} ${eventId ?? ""}`)).length;
}

const views = (flow: Flow, world: World): readonly BackendOrder[] =>
  Object.keys(flow.ends).map((name) => world.view(bizOf(name)));
