import { type Client, type Outcome, type Publication, type State } from "./index.ts";
/** The client that the hooks below it use. Without one they use a client of the page's own host. */
export declare const BelfryContext: import("react").Context<Client | null>;
export interface OrderView {
  /** The last known outcome; null before the first. A `failed` one is no end: the order is watched on. */
  readonly outcome: Outcome | null;
  readonly state: State;
}
export interface GroupView<Data> {
  /** The last publication; null before the first. */
  readonly latest: Publication<Data> | null;
  readonly state: State;
}
/** Watches an order for as long as the component is there; null = none yet. */
export declare function useOrder(biz: string | null): OrderView;
/**
 * Is in a group for as long as the component is there; null = in none. React may leave out renders between publications that come
 * together: `onPublication` hears every one.
 */
export declare function useGroup<Data = unknown>(
  path: string | null,
  onPublication?: (publication: Publication<Data>) => void,
): GroupView<Data>;
