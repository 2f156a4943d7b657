// Orders of arrival: all of them up to five events, 200 random ones beyond. The random ones repeat from run to run.

export const RANDOM_ORDERS = 200;
const ALL_UP_TO = 5;

export function* ordersOfArrival<Event>(events: readonly Event[]): Generator<readonly Event[]> {
  if (events.length <= ALL_UP_TO) yield* permutations(events);
  else {
    const random = randomFrom(events.length);
    for (let run = 0; run < RANDOM_ORDERS; run++) yield shuffled(events, random);
  }
}

function* permutations<Event>(events: readonly Event[]): Generator<readonly Event[]> {
  if (events.length === 0) yield [];
  for (const [i, event] of events.entries()) {
    for (const rest of permutations(events.toSpliced(i, 1))) yield [event, ...rest];
  }
}

export function shuffled<Event>(events: readonly Event[], random: () => number): readonly Event[] {
  return events
    .map((event) => [random(), event] as const)
    .toSorted(([a], [b]) => a - b)
    .map(([, event]) => event);
}

/** Numbers from 0 up to 1, the same for each seed (mulberry32). */
export function randomFrom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}
