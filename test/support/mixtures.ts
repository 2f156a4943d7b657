// Mixtures of payment events that nobody would write by hand: several orders, instances, payments, captures, refunds, splits, words.
import fc from "fast-check";
import { verified, type Callback } from "../../src/core/callback.ts";
import type { Fact, PaymentStatus } from "../../src/core/fact.ts";
import type { Money } from "../../src/core/money.ts";
import type { Registration } from "../../src/core/registration.ts";
import { randomFrom, shuffled } from "../flows/orders-of-arrival.ts";
import type { World } from "../flows/world.ts";
import { eur, registration, unknownMoney, usd } from "./facts.ts";

export const ORDERS = ["a", "b"].map((name) => name.repeat(32)) as unknown as readonly [string, string]; // two names, two orders
/** An order that nothing registers and no payment begins: a reference that a refund has of its own. */
const NOBODY = "z".repeat(32);

export type Step =
  | { readonly do: "register"; readonly biz: string; readonly registration: Registration }
  | { readonly do: "deliver"; readonly callback: Callback }
  /** The merchant's word and Belfry's own, which name their order. */
  | { readonly do: "record"; readonly biz: string; readonly facts: readonly Fact[] };

export interface Mixture {
  readonly requireRegistered: boolean;
  readonly steps: readonly Step[];
}

export async function take(world: World, step: Step): Promise<void> {
  if (step.do === "register") world.register(step.biz, step.registration);
  else if (step.do === "deliver") await world.deliver(step.callback);
  else await world.report(step.biz, step.facts);
}

/** A fact without its proof and its payment, which the event has. */
type Statement = { readonly kind: Fact["kind"] };

const factOf = (
  statement: Statement,
  event: Pick<Callback, "instance" | "at" | "paymentId"> & { eventId: string },
): Fact => ({ ...statement, ...event }) as Fact; // the arbitraries below make statements of facts

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

/** What an event says beside its facts: which order it names, of those that it could. */
interface Said {
  readonly facts: readonly Statement[];
  readonly at: number | null;
  readonly names: "home" | "none" | "other";
}

interface Sender {
  readonly instance: string;
  readonly paymentId: string | null;
  readonly home: string;
  readonly events: readonly Said[];
}

/** A payment: its first event begins it and names its order, the others may name none, or a reference of their own. */
const sender = (money: fc.Arbitrary<Money | null>): fc.Arbitrary<Sender> =>
  fc.record({
    instance: fc.constantFrom("stripe", "stripe_eu", "adyen"),
    paymentId: fc.option(fc.constantFrom("1001", "1002", "1003"), { freq: 8, nil: null }),
    home: fc.constantFrom(...ORDERS),
    events: fc
      .tuple(
        fc.record({ facts: fc.tuple(begins(money)), at: times, names: fc.constant<Said["names"]>("home") }),
        fc.array(
          fc.record({
            facts: fc.array(fc.oneof(begins(money), follows(money), follows(money)), { minLength: 1, maxLength: 2 }),
            at: times,
            names: fc.constantFrom<Said["names"][]>("home", "home", "none", "other"),
          }),
          { maxLength: 4 },
        ),
      )
      .map(([first, others]): readonly Said[] => [first as Said].concat(others)),
  });

/** Events that name their order and no payment: splits, the end of the registration, the merchant's word. */
const ownWord = (money: fc.Arbitrary<Money | null>) =>
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
  /** What the providers' payments state. */
  readonly money?: fc.Arbitrary<Money | null>;
  readonly withWords?: boolean;
  /** Events of a payment that name the other order, so that the order of arrival decides the claim. */
  readonly withForeign?: boolean;
  readonly allRegistered?: boolean;
}

export function mixtures(options: Options = {}): fc.Arbitrary<Mixture> {
  const { money = anyMoney, withWords = true, withForeign = false, allRegistered = false } = options;
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
      words: fc.array(ownWord(anyMoney), { maxLength: withWords ? 2 : 0 }),
      expired: fc.subarray([...ORDERS], { maxLength: 1 }),
      seed: fc.nat(),
    })
    .map(({ requireRegistered, registered, senders, splits, words, expired, seed }) => {
      const steps: Step[] = [
        ...ORDERS.flatMap((biz, i) => {
          const registration = registered[i] ?? null;
          return registration === null ? [] : [{ do: "register" as const, biz, registration }];
        }),
        ...senders.flatMap((one, i) => one.events.map((said, j) => eventOf(one, said, `e-${i}-${j}`, withForeign))),
        ...splits.map((one, i) => splitStep(one, `s-${i}`)),
        ...words.map((word, i) => wordStep(word, senders, `w-${i}`)),
        ...expired.map((biz): Step => ({ do: "record", biz, facts: [expiredFact] })),
      ];
      return { requireRegistered, steps: shuffled(steps, randomFrom(seed)) };
    });
}

const expiredFact: Fact = { instance: "belfry", eventId: "expired", at: null, kind: "expired" };

function eventOf({ instance, paymentId, home }: Sender, said: Said, eventId: string, withForeign: boolean): Step {
  const { at, facts } = said;
  const other = withForeign ? (ORDERS.find((biz) => biz !== home) ?? NOBODY) : NOBODY;
  // Without a payment, the event has its order only; one that begins a payment under a reference of its own would make an order of it.
  const isFollowing = facts.every(({ kind }) => kind !== "payment");
  const named = said.names === "none" ? null : said.names === "other" && (withForeign || isFollowing) ? other : home;
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

function wordStep(
  { biz, instance, paymentId, fact }: ReturnType<typeof ownWord> extends fc.Arbitrary<infer Value> ? Value : never,
  senders: readonly Sender[],
  eventId: string,
): Step {
  // The merchant knows whose payment it is.
  const home = senders.find((sender) => paymentId !== null && sender.paymentId === paymentId)?.home;
  const own = paymentId === null ? biz : (home ?? ORDERS[0]);
  return { do: "record", biz: own, facts: [factOf(fact, { instance, eventId, at: null, paymentId })] };
}
