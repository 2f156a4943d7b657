// The hooks for React: an order's outcome, a group's last publication, each with its connection's state. Opens nothing while rendering.
"use client";
import { createContext, useContext, useEffect, useMemo, useRef, useSyncExternalStore } from "react";
import { connect, type Client, type Outcome, type Publication, type State, type Undo } from "./index.ts";

/** The client that the hooks below it use. Without one they use a client of the page's own host. */
export const BelfryContext = createContext<Client | null>(null);

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
export function useOrder(biz: string | null): OrderView {
  return useView(biz, watchOrder);
}

/**
 * Is in a group for as long as the component is there; null = in none. React may leave out renders between publications that come
 * together: `onPublication` hears every one.
 */
export function useGroup<Data = unknown>(
  path: string | null,
  onPublication?: (publication: Publication<Data>) => void,
): GroupView<Data> {
  const listener = useRef(onPublication);
  useEffect(() => {
    listener.current = onPublication;
  });
  const watch = useMemo(() => watchGroup<Data>((publication) => listener.current?.(publication)), []);
  return useView(path, watch);
}

/** Opens what is named, tells every view of it, and gives what closes it. */
type Watch<View> = (client: Client, name: string, show: (view: View) => void) => Undo;

const watchOrder: Watch<OrderView> = (client, biz, show) => {
  const order = client.order(biz);
  const tell = () => show({ outcome: order.outcome, state: order.state });
  tell();
  order.on("status", tell);
  order.on("state", tell);
  return () => order.close();
};

const watchGroup =
  <Data>(hear: (publication: Publication<Data>) => void): Watch<GroupView<Data>> =>
  (client, path, show) => {
    const group = client.group<Data>(path);
    const tell = () => show({ latest: group.latest, state: group.state });
    tell();
    group.on("publication", (publication) => {
      tell();
      hear(publication);
    });
    group.on("state", tell);
    return () => group.close();
  };

const nothing = { outcome: null, latest: null, state: { name: "connecting" } } as const;

function useView<View extends OrderView | GroupView<unknown>>(name: string | null, watch: Watch<View>): View {
  const client = useContext(BelfryContext);
  const store = useMemo(() => {
    let view = nothing as unknown as View; // nobody has looked yet: each view's own words for it are among these
    return {
      subscribe: (rerender: () => void): Undo => {
        if (name === null) return () => undefined;
        let isThere = true;
        const leave = watch(client ?? ownHost(), name, (next) => {
          if (!isThere) return;
          view = next;
          rerender();
        });
        return () => {
          isThere = false;
          queueMicrotask(leave); // strict mode, or the page that comes instead, may want the same connection at once
        };
      },
      view: () => view,
      viewOnServer: () => nothing as unknown as View, // as above
    };
  }, [client, name, watch]);
  return useSyncExternalStore(store.subscribe, store.view, store.viewOnServer);
}

let ofOwnHost: Client | undefined;

function ownHost(): Client {
  ofOwnHost ??= connect(location.origin);
  return ofOwnHost;
}
