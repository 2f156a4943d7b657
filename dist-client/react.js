import {
  createContext as p,
  useContext as f,
  useEffect as V,
  useMemo as l,
  useRef as v,
  useSyncExternalStore as y,
} from "react";
import { connect as m } from "./client.js";
var O = p(null);
function C(n) {
  return c(n, b);
}
function S(n, o) {
  let r = v(o);
  V(() => {
    r.current = o;
  });
  let e = l(() => x((t) => r.current?.(t)), []);
  return c(n, e);
}
var b = (n, o, r) => {
    let e = n.order(o),
      t = () => r({ outcome: e.outcome, state: e.state });
    return (t(), e.on("status", t), e.on("state", t), () => e.close());
  },
  x = (n) => (o, r, e) => {
    let t = o.group(r),
      i = () => e({ latest: t.latest, state: t.state });
    return (
      i(),
      t.on("publication", (a) => {
        (i(), n(a));
      }),
      t.on("state", i),
      () => t.close()
    );
  },
  u = { outcome: null, latest: null, state: { name: "connecting" } };
function c(n, o) {
  let r = f(O),
    e = l(() => {
      let t = u;
      return {
        subscribe: (i) => {
          if (n === null) return () => {};
          let a = !0,
            w = o(r ?? D(), n, (d) => {
              a && ((t = d), i());
            });
          return () => {
            ((a = !1), queueMicrotask(w));
          };
        },
        view: () => t,
        viewOnServer: () => u,
      };
    }, [r, n, o]);
  return y(e.subscribe, e.view, e.viewOnServer);
}
var s;
function D() {
  return ((s ??= m(location.origin)), s);
}
export { O as BelfryContext, S as useGroup, C as useOrder };
