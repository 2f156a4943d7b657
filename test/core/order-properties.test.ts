// What must hold of orders, whatever arrives in whatever order: the nine properties, over mixtures that nobody would write by hand.
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { verified } from "../../src/core/callback.ts";
import type { Fact } from "../../src/core/fact.ts";
import { isAtLeast, lesserOf, lessOf, sumOf } from "../../src/core/money.ts";
import type { BackendOrder } from "../../src/core/order-view.ts";
import { hasPayment } from "../../src/core/order.ts";
import { randomFrom, shuffled } from "../flows/orders-of-arrival.ts";
import { World } from "../flows/world.ts";
import { callback, refund, usd } from "../support/facts.ts";
import { anyMoney, mixtures, ORDERS, applyStep, type Mixture, type Step } from "../support/mixtures.ts";
import { PROPERTY_RUNS, PROPERTY_TIMEOUT_MS } from "../support/runs.ts";

const seeds = fc.nat();

async function play({ requireRegistered }: Mixture, steps: readonly Step[], after?: (world: World) => void) {
  const world = new World({ requireRegistered });
  for (const step of steps) {
    await applyStep(world, step);
    after?.(world);
  }
  return world;
}

const viewsOf = (world: World): readonly BackendOrder[] => ORDERS.map((biz) => world.view(biz));

const assert = <Values extends [unknown, ...unknown[]]>(property: fc.IAsyncProperty<Values>): Promise<void> =>
  fc.assert(property, { numRuns: PROPERTY_RUNS });

describe("whatever arrives", { timeout: PROPERTY_TIMEOUT_MS }, () => {
  it("1: an order is the same whatever the order of arrival", () =>
    assert(
      fc.asyncProperty(mixtures(), seeds, async (mixture, seed) => {
        const again = shuffled([...mixture.steps, ...mixture.steps.filter((_, i) => i % 3 === 0)], randomFrom(seed));
        const [one, other] = [await play(mixture, mixture.steps), await play(mixture, again)];
        // `late` is about the order of arrival, `version` counts what pages were sent on the way.
        const seen = (world: World) =>
          ORDERS.map((biz) => Object.assign(world.view(biz), { late: null, version: null }));
        expect(seen(other)).toEqual(seen(one));
        expect(other.waiting()).toHaveLength(one.waiting().length);
      }),
    ));

  it("2: never more is refunded than was captured", () =>
    assert(
      fc.asyncProperty(mixtures(), async (mixture) => {
        await play(mixture, mixture.steps, (world) => {
          for (const { refunded, amount, registered } of viewsOf(world)) {
            if (amount !== null) expect(isAtLeast(amount, refunded)).toBe(true);
            if (registered !== null) expect(isAtLeast(registered.amount, refunded)).toBe(true);
          }
        });
      }),
    ));

  it("3: an order whose excess and mismatches are all refunded is never paid without its money", () =>
    assert(
      fc.asyncProperty(simplePayments, seeds, async (mixture, seed) => {
        const world = await play(mixture, mixture.steps);
        await refundListed(world, seed);
        for (const biz of ORDERS) {
          const view = world.view(biz);
          if (view.status !== "paid") continue;
          const due = view.registered?.amount ?? "0";
          expect(isAtLeast(moneyLeft(world, biz, view.currency ?? ""), due)).toBe(true);
        }
      }),
    ));

  it("3: all that is listed as excess or mismatch can be refunded, and is not listed then", () =>
    assert(
      fc.asyncProperty(mixtures(), seeds, async (mixture, seed) => {
        await refundListed(await play(mixture, mixture.steps), seed);
      }),
    ));

  it("4: a registered order whose payments state no amount is never paid", () =>
    assert(
      fc.asyncProperty(
        mixtures({ money: fc.constant(null), withReports: false, allRegistered: true }),
        async (mixture) => {
          const isRegistering = (step: Step) => step.do === "register";
          const steps = [
            ...mixture.steps.filter(isRegistering),
            ...mixture.steps.filter((step) => !isRegistering(step)),
          ];
          await play(mixture, steps, (world) => {
            for (const { status } of viewsOf(world)) expect(hasPayment(status)).toBe(false);
          });
        },
      ),
    ));

  it("5: an order that is paid and checked has payments that reach its amount in its currency", () =>
    assert(
      fc.asyncProperty(mixtures({ withForeign: true }), async (mixture) => {
        await play(mixture, mixture.steps, (world) => {
          for (const { status, checked, registered, payments } of viewsOf(world)) {
            if (!checked || status !== "paid") continue;
            expect(payments.every(({ currency }) => currency === registered?.currency)).toBe(true);
            const sum = sumOf(payments.map(({ amount }) => amount ?? "0"));
            expect(isAtLeast(sum, registered?.amount ?? "none")).toBe(true);
          }
        });
      }),
    ));

  it("6: an event that is delivered again at any later time changes nothing", () =>
    assert(
      fc.asyncProperty(mixtures({ withForeign: true }), seeds, async (mixture, seed) => {
        const world = await play(mixture, mixture.steps);
        const before = [viewsOf(world), world.facts(), world.waiting()];
        for (const step of shuffled([...mixture.steps, ...mixture.steps], randomFrom(seed)))
          await applyStep(world, step);
        expect([viewsOf(world), world.facts(), world.waiting()]).toEqual(before);
      }),
    ));

  it("7: an authentic event is a fact of exactly one order, waits for its payment, or is handed on", () =>
    assert(
      fc.asyncProperty(mixtures({ withForeign: true }), async (mixture) => {
        const world = await play(mixture, mixture.steps);
        for (const step of mixture.steps) {
          if (step.do === "deliver") expect(placesOf(world, step)).toHaveLength(1);
        }
      }),
    ));

  it("8: a provider's payment counts for one order at most", () =>
    assert(
      fc.asyncProperty(mixtures({ withForeign: true }), async (mixture) => {
        await play(mixture, mixture.steps, (world) => {
          const counted = viewsOf(world).map((view) => new Set(ownPayments(view)));
          const [one, other] = counted;
          expect([...(one ?? [])].filter((payment) => other?.has(payment))).toEqual([]);
        });
      }),
    ));

  it("9: an event of another account or mode changes no order", () =>
    assert(
      fc.asyncProperty(mixtures(), fc.constantFrom("1001", null), async (mixture, paymentId) => {
        const [one, other] = [await play(mixture, mixture.steps), new World(mixture)];
        for (const [i, step] of mixture.steps.entries()) {
          await applyStep(other, step);
          const [biz] = ORDERS;
          const shared = { instance: "stripe", eventId: `other-${i}`, type: "payment", at: null };
          await other.deliver(verified({ ...shared, orderId: biz, paymentId, facts: [], ignored: "other_account" }));
        }
        expect([viewsOf(other), other.waiting()]).toEqual([viewsOf(one), one.waiting()]);
      }),
    ));
});

/** Payments of one report each, so that their money can be counted without the core. */
const simplePayments = mixtures({ money: anyMoney, withReports: false }).map(({ requireRegistered, steps }) => ({
  requireRegistered,
  steps: steps.filter((step) => step.do !== "deliver" || step.callback.facts.every(isSimple)),
}));

const isSimple = (fact: { readonly kind: string; readonly cumulative?: boolean }): boolean =>
  fact.kind === "payment" || (fact.kind === "refund" && fact.cumulative === false);

/** Refunds what is listed, one entry after the other, until nothing is listed any more. */
async function refundListed(world: World, seed: number): Promise<void> {
  const random = randomFrom(seed);
  for (let i = 0; i < 40; i++) {
    const listed = ORDERS.flatMap((biz) => refundable(world.view(biz)).map((entry) => ({ biz, entry })));
    const next = listed[Math.floor(random() * listed.length)];
    if (next === undefined) return;
    const { biz, entry } = next;
    const { payment_id, amount, currency, provider } = entry;
    const money = amount === null || currency === null ? null : { ...usd(amount), currency };
    const unit = currency === "XXX" ? ("unknown" as const) : ("major" as const);
    const refunded = refund(money === null ? null : { ...money, unit }, {
      paymentId: payment_id,
      refundId: `own-${i}`,
    });
    const orderId = payment_id === null ? biz : null;
    const event = callback([refunded], { instance: provider, eventId: `own-${i}`, orderId });
    // The merchant says itself what became of the payments that it reported.
    const step: Step =
      provider === "backend" ? { do: "record", biz, facts: event.facts } : { do: "deliver", callback: event };
    await applyStep(world, step);
    const isSame = (one: Entry) => one.event_id === entry.event_id && one.provider === provider;
    expect(refundable(world.view(biz)).filter(isSame)).toEqual([]);
  }
  throw new Error("there is always something more to refund");
}

type Entry = BackendOrder["excess_payments"][number];

/** A refund in another currency and a payment of another order are shown as long as their events are, and nothing is owed of zero. */
const refundable = ({ excess_payments, mismatches }: BackendOrder): readonly Entry[] =>
  [
    ...excess_payments,
    ...mismatches.filter(({ reason }) => reason !== "refund_currency" && reason !== "payment_of_another_order"),
  ].filter(({ amount }) => amount !== "0");

/** What was paid in a currency and not refunded, from the facts alone: the highest report of each payment, less its refunds by id. */
function moneyLeft(world: World, biz: string, currency: string): string {
  const payments = new Map<string, { paid: string; refunds: Map<string, string>; isGone: boolean }>();
  for (const fact of world.facts().get(biz) ?? []) {
    if (!("paymentId" in fact) || !("money" in fact)) continue;
    const key = `${fact.instance} ${fact.paymentId}`;
    const entry = payments.get(key) ?? { paid: "0", refunds: new Map<string, string>(), isGone: false };
    payments.set(key, entry);
    const { money } = fact;
    if (fact.kind === "refund" && money === null) entry.isGone = true;
    if (money === null || money.currency !== currency) continue;
    const higher = (one: string, other = "0") => (isAtLeast(one, other) ? one : other);
    if (fact.kind === "payment" && fact.status === "paid") entry.paid = higher(money.amount, entry.paid);
    if (fact.kind === "refund") {
      const id = fact.refundId ?? `event ${fact.eventId}`;
      entry.refunds.set(id, higher(money.amount, entry.refunds.get(id)));
    }
  }
  const left = [...payments.values()].map(({ paid, refunds, isGone }) =>
    isGone ? "0" : lessOf(paid, lesserOf(sumOf([...refunds.values()]), paid)),
  );
  return sumOf(left);
}

/** Where an event is: the orders that have its facts, the payment index, or with the backend only. */
function placesOf(world: World, { callback }: Extract<Step, { do: "deliver" }>): readonly string[] {
  const { instance, eventId, type, facts } = callback;
  const isOfEvent = (fact: Fact) => fact.instance === instance && fact.eventId === eventId;
  const orders = [...world.facts()].flatMap(([biz, known]) => {
    const own = known.filter(isOfEvent);
    const count = own.filter(({ kind }) => kind !== "foreign_payment").length;
    // Two facts of one event may say the same.
    const distinct = new Set(facts.map((fact) => JSON.stringify(fact))).size;
    return count === 0 ? [] : [count === distinct ? biz : `${biz}, ${count} facts of ${distinct}`];
  });
  const waiting = world.waiting().filter(({ arrival }) => arrival.facts.some(isOfEvent));
  const places = [...orders, ...waiting.map(() => "index")];
  const isHandedOn = world.handedOn.has(JSON.stringify([instance, eventId, type]));
  return places.length === 0 && isHandedOn ? ["handed on"] : places;
}

/** The payments that an order has claimed, whatever it makes of them. A merchant's word claims none. */
const ownPayments = ({ payments, excess_payments, mismatches }: BackendOrder): readonly string[] =>
  [...payments, ...excess_payments, ...mismatches.filter(({ reason }) => reason !== "payment_of_another_order")]
    .filter(({ provider, payment_id }) => payment_id !== null && provider !== "backend")
    .map(({ provider, payment_id }) => `${provider} ${payment_id}`);
