// React hooks that return an order's outcome or a group's latest publication, and the state.
"use client";
import { createContext, useContext, useEffect, useMemo, useRef, useSyncExternalStore } from "react";
import { connect, type Client, type Outcome, type Publication, type State, type Unsubscribe } from "./index.ts";

/** The client of the hooks below it. Default: a client of the page's own origin. */
export const BelfryContext = createContext<Client | null>(null);

export interface OrderView {
  /** The last known outcome; null before the first. After `failed`, the order is still watched. */
  readonly outcome: Outcome | null;
  readonly state: State;
}

export interface GroupView<Data> {
  /** The last publication; null before the first. */
  readonly latest: Publication<Data> | null;
  readonly state: State;
}

/** Watches an order while the component is mounted; null watches nothing. */
export function useOrder(biz: string | null): OrderView {
  return useView(biz, watchOrder);
}

/**
 * Joins a group while the component is mounted; null joins none. React may skip renders between
 * publications that arrive together: `onPublication` receives every one.
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

/**
 * Opens the order or group `name` and calls `show` with each view. Returns a function that closes
 * it.
 */
type Watch<View> = (client: Client, name: string, show: (view: View) => void) => () => void;

const watchOrder: Watch<OrderView> = (client, biz, show) => {
  const order = client.order(biz);
  const update = () => show({ outcome: order.outcome, state: order.state });
  update();
  order.on("status", update);
  order.on("state", update);
  return () => order.close();
};

const watchGroup =
  <Data>(onPublication: (publication: Publication<Data>) => void): Watch<GroupView<Data>> =>
  (client, path, show) => {
    const group = client.group<Data>(path);
    const update = () => show({ latest: group.latest, state: group.state });
    update();
    group.on("publication", (publication) => {
      update();
      onPublication(publication);
    });
    group.on("state", update);
    return () => group.close();
  };

const initialView = { outcome: null, latest: null, state: { name: "connecting" } } as const;

function useView<View extends OrderView | GroupView<unknown>>(name: string | null, watch: Watch<View>): View {
  const client = useContext(BelfryContext);
  const store = useMemo(() => {
    let view = initialView as unknown as View; // it has the fields of both views
    return {
      subscribe: (rerender: () => void): Unsubscribe => {
        if (name === null) return () => undefined;
        let isMounted = true;
        const close = watch(client ?? defaultClient(), name, (next) => {
          if (!isMounted) return;
          view = next;
          rerender();
        });
        return () => {
          isMounted = false;
          // In a microtask: strict mode or the next page may share the connection at once.
          queueMicrotask(close);
        };
      },
      view: () => view,
      viewOnServer: () => initialView as unknown as View, // as above
    };
  }, [client, name, watch]);
  return useSyncExternalStore(store.subscribe, store.view, store.viewOnServer);
}

let clientOfOrigin: Client | undefined;

function defaultClient(): Client {
  clientOfOrigin ??= connect(location.origin);
  return clientOfOrigin;
}
