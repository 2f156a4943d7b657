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
export declare const publicationId: (epoch: string, offset: number) => string;
/** The position a client says it has; null for none, and for what is none: it is then served like a newcomer, and told so. */
export declare function readPosition(epoch: string | null, offset: string | null): Position | null;
export declare const EPOCH: RegExp;
export declare const OFFSET: RegExp;
/** The first of them: as many as have at most `length` UTF-16 units together, but one at least. */
export declare function firstWithin(publications: readonly Publication[], length: number): readonly Publication[];
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
export declare function recover(keeping: Keeping, position: Position | null, group: Position, first: number): Recovery;
