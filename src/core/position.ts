// Positions in a group's publications, and recovery of the publications that a client missed. Pure.

/** A position: the number of publications so far, within one epoch of the group's history. */
export interface Position {
  /** Changes only when the history is lost or unreliable. */
  readonly epoch: string;
  /** 0 before the first publication. */
  readonly offset: number;
}

/** A stored publication: the plain frame as text, and its offset. */
export interface Publication {
  readonly offset: number;
  /** ms since 1970. */
  readonly at: number;
  readonly frame: string;
}

/** The id of a publication, equal for every recipient and every repetition. */
export const publicationId = (epoch: string, offset: number): string => `${epoch}-${offset}`;

/**
 * Parses a client's position. Null if absent or invalid; the client is then treated as new, and its
 * welcome reports `recovered: false`.
 */
export function readPosition(epoch: string | null, offset: string | null): Position | null {
  if (epoch === null || offset === null || !EPOCH.test(epoch) || !OFFSET.test(offset)) return null;
  return { epoch, offset: Number(offset) };
}

export const EPOCH = /^[0-9a-z]{1,32}$/;
export const OFFSET = /^(0|[1-9][0-9]{0,14})$/; // below 2^53

/** The longest prefix with at most `length` UTF-16 units in total, and at least one publication. */
export function firstWithin(publications: readonly Publication[], length: number): readonly Publication[] {
  let sum = 0;
  const end = publications.findIndex(({ frame }, i) => (sum += frame.length) > length && i > 0);
  return end < 0 ? publications : publications.slice(0, end);
}

/** The position before the first of the `missed` publications; `group` itself if there are none. */
export const positionBefore = (group: Position, missed: readonly Publication[]): Position => ({
  epoch: group.epoch,
  offset: missed[0] === undefined ? group.offset : missed[0].offset - 1,
});

/** Retention of a group's publications: the last ones (`stream`), the latest (`cache`), or none. */
export type Retention = "stream" | "cache" | "none";

export interface Recovery {
  readonly recovered: boolean;
  /** Publications with a greater offset are sent. */
  readonly after: number;
}

/**
 * Decides which publications a client at `position` receives from a group at position `group`.
 * `first` is the lowest offset of the gapless stored range (`group.offset + 1` if it is empty). A
 * stream is recovered completely or not at all; for a cache the latest publication suffices.
 */
export function recover(retention: Retention, position: Position | null, group: Position, first: number): Recovery {
  const known =
    position !== null && position.epoch === group.epoch && position.offset <= group.offset ? position : null;
  switch (retention) {
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
