// Generates mixtures of payment events: several orders, instances, payments, captures, refunds, splits and reports.
import fc from "fast-check";
import { verified, type Callback } from "../../src/core/callback.ts";
import type { Fact, PaymentStatus } from "../../src/core/fact.ts";
import type { Money } from "../../src/core/money.ts";
import type { Registration } from "../../src/core/registration.ts";
import { randomFrom, shuffled } from "../flows/orders-of-arrival.ts";
import type { World } from "../flows/world.ts";
import { eur, registration, unknownMoney, usd } from "./facts.ts";

export const ORDERS = ["a", "b"].map((name) => name.repeat(32)) as unknown as readonly [string, string]; // map keeps the length
/** An order id without a registration or payment: the own reference of a refund. */
const UNUSED = "z".repeat(32);

export type Step =
  | { readonly do: "register"; readonly biz: string; readonly registration: Registration }
  | { readonly do: "deliver"; readonly callback: Callback }
  /** Facts of the merchant or of Belfry, which have an order id. */
  | { readonly do: "record"; readonly biz: string; readonly facts: readonly Fact[] };

export interface Mixture {
  readonly requireRegistered: boolean;
  readonly steps: readonly Step[];
}

export async function applyStep(world: World, step: Step): Promise<void> {
  if (step.do === "register") world.register(step.biz, step.registration);
  else if (step.do === "deliver") await world.deliver(step.callback);
  else await world.report(step.biz, step.facts);
}

/** A fact without instance, event id and payment id, which come from the event. */
type Statement = { readonly kind: Fact["kind"] };

const factOf = (
  statement: Statement,
  event: Pick<Callback, "instance" | "at" | "paymentId"> & { eventId: string },
): Fact => ({ ...statement, ...event }) as Fact; // the arbitraries below generate statements of facts

const amounts = fc.constantFrom("0", "0.000000001", "5", "10", "15", "20", "20.5", "999999999999999");
const monies: fc.Arbitrary<Money> = fc.oneof(
  { weight: 12, arbitrary: amounts.map(usd) },
  { weight: 1, arbitrary: amounts.map(eur) },
  { weight: 1, arbitrary: fc.constantFrom("2000", "999999999999999999").map(unknownMoney) },
);
export const anyMoney: fc.Arbitrary<Money | null> = fc.option(monies, { freq: 8, nil: null });
const id = (letter: string) => fc.option(fc.constantFrom(`${letter}-1`, `${letter}-2`), { freq: 4, nil: null });
const times = fc.option(fc.constantFrom(1000, 2000, 3000, 4000), { freq: 3, nil: null });

const begins = (money: fc.Arbitrary<Money | null>): fc.Arbitrary<Statement> => {
  const kind = fc.constant("payment" as const);
  const payment = {
    kind,
    status: fc.constantFrom<PaymentStatus>("pending", "failed", "closed", "paid", "paid", "paid"),
    money,
  };
  const part = { kind, status: fc.constant("paid" as const), money, isPart: fc.constant(true as const) };
  return fc.oneof({ weight: 5, arbitrary: fc.record(payment) }, { weight: 1, arbitrary: fc.record(part) });
};

const follows = (money: fc.Arbitrary<Money | null>) =>
  fc.oneof(
    fc.record({ kind: fc.constant("capture" as const), captureId: fc.constantFrom("c-1", "c-2"), money }),
    fc.record({ kind: fc.constant("capture_failed" as const), captureId: id("c") }),
    fc.record({ kind: fc.constant("voided" as const), voidId: id("v"), money }),
    fc.record({ kind: fc.constant("refund" as const), refundId: id("r"), money, cumulative: fc.boolean() }),
    fc.record({ kind: fc.constant("refund" as const), refundId: id("r"), money, cumulative: fc.constant(false) }),
    fc.record({ kind: fc.constant("refund_failed" as const), refundId: id("r"), money }),
    fc.record({
      kind: fc.constant("dispute" as const),
      status: fc.constantFrom("open" as const, "won" as const, "lost" as const),
      disputeId: id("d"),
      money,
    }),
  );

/** The facts of an event, its time, and the order whose id it has. */
interface EventPlan {
  readonly facts: readonly Statement[];
  readonly at: number | null;
  readonly names: "home" | "none" | "other";
}

interface Sender {
  readonly instance: string;
  readonly paymentId: string | null;
  readonly home: string;
  readonly events: readonly EventPlan[];
}

/** A payment. Its first event has the order's id; later ones may have none, or an own reference. */
const sender = (money: fc.Arbitrary<Money | null>): fc.Arbitrary<Sender> =>
  fc.record({
    instance: fc.constantFrom("stripe", "stripe_eu", "adyen"),
    paymentId: fc.option(fc.constantFrom("1001", "1002", "1003"), { freq: 8, nil: null }),
    home: fc.constantFrom(...ORDERS),
    events: fc
      .tuple(
        fc.record({ facts: fc.tuple(begins(money)), at: times, names: fc.constant<EventPlan["names"]>("home") }),
        fc.array(
          fc.record({
            facts: fc.array(fc.oneof(begins(money), follows(money), follows(money)), { minLength: 1, maxLength: 2 }),
            at: times,
            names: fc.constantFrom<EventPlan["names"][]>("home", "home", "none", "other"),
          }),
          { maxLength: 4 },
        ),
      )
      .map(([first, others]): readonly EventPlan[] => [first as EventPlan].concat(others)),
  });

/** Reports of the merchant's backend, which have an order id and perhaps a payment id. */
const merchantReport = (money: fc.Arbitrary<Money | null>) =>
  fc.record({
    biz: fc.constantFrom(...ORDERS),
    instance: fc.constantFrom("backend", "status"),
    paymentId: fc.option(fc.constantFrom("1001", "1002"), { nil: null }),
    fact: fc.oneof(begins(money), follows(money)),
  });

const split = fc.record({
  biz: fc.constantFrom(...ORDERS),
  instance: fc.constantFrom("adyen", "stripe"),
  money: anyMoney,
  splitId: fc.constantFrom("s-1", "s-2"),
  succeeded: fc.constantFrom(null, true, false),
});

interface Options {
  /** The amounts of the providers' payments. */
  readonly money?: fc.Arbitrary<Money | null>;
  readonly withReports?: boolean;
  /** Adds events with the other order's id, so that the order of arrival decides the claim. */
  readonly withForeign?: boolean;
  readonly allRegistered?: boolean;
}

export function mixtures(options: Options = {}): fc.Arbitrary<Mixture> {
  const { money = anyMoney, withReports = true, withForeign = false, allRegistered = false } = options;
  const registrations = fc.constantFrom("0", "10", "20", "20", "20.5").map((amount) => registration(usd(amount)));
  return fc
    .record({
      requireRegistered: fc.boolean(),
      registered: fc.tuple(...ORDERS.map(() => fc.option(registrations, { freq: allRegistered ? 1e9 : 3, nil: null }))),
      senders: fc.uniqueArray(sender(money), {
        selector: ({ instance, paymentId, home }) => JSON.stringify([instance, paymentId, paymentId ?? home]),
        minLength: 1,
        maxLength: 4,
      }),
      splits: fc.array(split, { maxLength: 2 }),
      reports: fc.array(merchantReport(anyMoney), { maxLength: withReports ? 2 : 0 }),
      expired: fc.subarray([...ORDERS], { maxLength: 1 }),
      seed: fc.nat(),
    })
    .map(({ requireRegistered, registered, senders, splits, reports, expired, seed }) => {
      const steps: Step[] = [
        ...ORDERS.flatMap((biz, i) => {
          const registration = registered[i] ?? null;
          return registration === null ? [] : [{ do: "register" as const, biz, registration }];
        }),
        ...senders.flatMap((one, i) => one.events.map((plan, j) => eventOf(one, plan, `e-${i}-${j}`, withForeign))),
        ...splits.map((one, i) => splitStep(one, `s-${i}`)),
        ...reports.map((report, i) => reportStep(report, senders, `w-${i}`)),
        ...expired.map((biz): Step => ({ do: "record", biz, facts: [expiredFact] })),
      ];
      return { requireRegistered, steps: shuffled(steps, randomFrom(seed)) };
    });
}

const expiredFact: Fact = { instance: "belfry", eventId: "expired", at: null, kind: "expired" };

function eventOf({ instance, paymentId, home }: Sender, plan: EventPlan, eventId: string, withForeign: boolean): Step {
  const { at, facts } = plan;
  const other = withForeign ? (ORDERS.find((biz) => biz !== home) ?? UNUSED) : UNUSED;
  // An event without a payment id has its order's id. So has one that begins a payment: an own
  // reference would create an order.
  const isFollowing = facts.every(({ kind }) => kind !== "payment");
  const named = plan.names === "none" ? null : plan.names === "other" && (withForeign || isFollowing) ? other : home;
  const orderId = paymentId === null ? home : named;
  return {
    do: "deliver",
    callback: verified({
      instance,
      eventId,
      at,
      orderId,
      paymentId,
      type: facts.map(({ kind }) => kind).join("+"),
      ignored: null,
      facts: facts.map((fact) => factOf(fact, { instance, eventId, at, paymentId })),
    }),
  };
}

function splitStep(
  { biz, instance, money, splitId, succeeded }: typeof split extends fc.Arbitrary<infer Value> ? Value : never,
  eventId: string,
): Step {
  const shared = { instance, eventId, at: null, splitId, money };
  const fact: Fact =
    succeeded === null ? { ...shared, kind: "split_opened" } : { ...shared, kind: "split_closed", succeeded };
  const type = fact.kind;
  return {
    do: "deliver",
    callback: verified({
      instance,
      eventId,
      type,
      at: null,
      orderId: biz,
      paymentId: null,
      facts: [fact],
      ignored: null,
    }),
  };
}

function reportStep(
  {
    biz,
    instance,
    paymentId,
    fact,
  }: ReturnType<typeof merchantReport> extends fc.Arbitrary<infer Value> ? Value : never,
  senders: readonly Sender[],
  eventId: string,
): Step {
  // The merchant's backend reports a payment to the payment's own order.
  const home = senders.find((sender) => paymentId !== null && sender.paymentId === paymentId)?.home;
  const own = paymentId === null ? biz : (home ?? ORDERS[0]);
  return { do: "record", biz: own, facts: [factOf(fact, { instance, eventId, at: null, paymentId })] };
}
