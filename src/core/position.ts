// Positions, and what a client that comes back with one has missed. Pure: keeps nothing and sends nothing.

/** A place in what a group published: how many publications there were, within one life of the group's history. */
export interface Position {
  /** Changes only when the history cannot be trusted any more. */
  readonly epoch: string;
  /** 0 before the first publication. */
  readonly offset: number;
}

/** A kept publication: the plain frame as text, and where it stands. */
export interface Publication {
  readonly offset: number;
  /** ms since 1970. */
  readonly at: number;
  readonly frame: string;
}

/** A publication's id: the same wherever and however often it is sent. */
export const publicationId = (epoch: string, offset: number): string => `${epoch}-${offset}`;

/** The position a client says it has; null for none, and for what is none: it is then served like a newcomer, and told so. */
export function readPosition(epoch: string | null, offset: string | null): Position | null {
  if (epoch === null || offset === null || !EPOCH.test(epoch) || !OFFSET.test(offset)) return null;
  return { epoch, offset: Number(offset) };
}

export const EPOCH = /^[0-9a-z]{1,32}$/;
export const OFFSET = /^(0|[1-9][0-9]{0,14})$/; // below 2^53

/** The first of them: as many as have at most `length` UTF-16 units together, but one at least. */
export function firstWithin(publications: readonly Publication[], length: number): readonly Publication[] {
  let sum = 0;
  const end = publications.findIndex(({ frame }, i) => (sum += frame.length) > length && i > 0);
  return end < 0 ? publications : publications.slice(0, end);
}

/** How a group keeps its publications: all of the last ones, the latest one, or none. */
export type Keeping = "stream" | "cache" | "none";

export interface Recovery {
  readonly recovered: boolean;
  /** Every kept publication behind this offset is sent; what is up to it is not. */
  readonly after: number;
}

/**
 * What a client that comes with `position` gets of a group that stands at `group` and keeps, without a gap, what is from the offset
 * `first` on (`group.offset + 1` where nothing is kept). A stream is recovered whole or not at all; of a cache the latest is enough.
 */
export function recover(keeping: Keeping, position: Position | null, group: Position, first: number): Recovery {
  const known =
    position !== null && position.epoch === group.epoch && position.offset <= group.offset ? position : null;
  switch (keeping) {
    case "stream":
      return known !== null && known.offset >= first - 1
        ? { recovered: true, after: known.offset }
        : { recovered: false, after: group.offset };
    case "cache":
      return { recovered: known !== null, after: known?.offset ?? 0 };
    case "none":
      return { recovered: known !== null, after: group.offset };
  }
}
