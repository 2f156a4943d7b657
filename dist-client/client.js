var J = /^[a-z0-9]{32}$/,
  I = (o) => o === "paid" || o === "partially_refunded";
var x = (o) => o !== "pending" && o !== "failed";
var u = class extends Error {
  name = "BelfryError";
  reason;
  code;
  temporary;
  constructor(e, t = 0, n = !0, r = e) {
    (super(r), (this.reason = e), (this.code = t), (this.temporary = n));
  }
};
var de = 2 ** 31 - 1;
function w(o, { timeout: e = 1 / 0, signal: t }, n) {
  return new Promise((r, s) => {
    let i = [],
      a = (c) => (m) => {
        for (let f of i) f();
        c(m);
      },
      d = a(s);
    (e <= de && i.push(o.after(e, () => d(new u("timeout")))),
      i.push(
        n(a(r), d),
        S(t, () => d(t?.reason)),
      ));
  });
}
function S(o, e) {
  return (o?.aborted && queueMicrotask(e), o?.addEventListener("abort", e), () => o?.removeEventListener("abort", e));
}
function V(o) {
  let e = [],
    t = !1,
    n = () => {},
    r = o(
      (s) => {
        (e.push(s), n());
      },
      () => {
        ((t = !0), n());
      },
    );
  return (async function* () {
    try {
      for (;;) {
        if ((yield* e.splice(0), t)) return;
        e.length === 0 && (await new Promise((s) => (n = s)));
      }
    } finally {
      r();
    }
  })();
}
var b = class {
  #e = new Set();
  on(e, t, n, r) {
    let s = () => {
        (i.unsignal(), this.#e.delete(i));
      },
      i = { event: e, listener: t, hasHeard: !1, unsignal: S(r, s) };
    return (
      this.#e.add(i),
      queueMicrotask(() => {
        let a = n();
        !i.hasHeard && a != null && this.#t(i, a);
      }),
      s
    );
  }
  end() {
    for (let { unsignal: e } of this.#e) e();
    this.#e.clear();
  }
  tell(e, t) {
    for (let n of Array.from(this.#e)) n.event === e && this.#t(n, t);
  }
  #t(e, t) {
    if (this.#e.has(e)) {
      e.hasHeard = !0;
      try {
        e.listener(t);
      } catch (n) {
        queueMicrotask(() => {
          throw n;
        });
      }
    }
  }
};
function Y(o) {
  return o >= 4e3 && o <= 4099 ? "stay_away" : o >= 4200 && o <= 4299 ? "come_back" : "back_off";
}
var j = { plain: "belfry.plain", v1: "belfry.v1" },
  X = "belfry.bearer.",
  A = '{"type":"heartbeat"}';
function q(o, e) {
  let t = Math.min(2e4, 500 * 2 ** o);
  return 500 + e * (t - 500);
}
var _ = 1006,
  z = 4205,
  h = class {
    platform;
    handles = new Set();
    state = { name: "connecting" };
    latest = null;
    outcome = null;
    lastId = 0;
    position = null;
    #e;
    #t;
    #n = null;
    #o;
    #r;
    #s = 0;
    #i = 0;
    #l = 0;
    #a = !1;
    #p = 0;
    constructor(e) {
      ((this.#e = e), (this.platform = e.platform));
    }
    start() {
      ((this.#o = this.platform.wake(() => this.#b())), this.#m());
    }
    end(e, t) {
      (this.#h(), this.#o?.(), this.#e.onEnd(), this.#y({ name: "closed", code: e, reason: t }));
      for (let n of this.handles) n.end();
      this.handles.clear();
    }
    send(e) {
      this.#n?.send(JSON.stringify(e));
    }
    took(e) {
      ((this.latest = e), this.tell("publication", e));
    }
    tell(e, t) {
      for (let n of this.handles) n.tell(e, t);
    }
    #m() {
      (this.#h(),
        (this.#i = this.platform.clock.now()),
        this.#c(1e4, () => this.#d(_, "no_answer")),
        (this.#t = this.#e.tokens.get()),
        this.#t.then(
          this.#u((e) => this.#S(e)),
          this.#u(() => this.#d(_, "no_token")),
        ),
        this.#y({ name: "connecting" }));
    }
    #S(e) {
      let t = this.position,
        n = t === null ? "" : `?epoch=${t.epoch}&offset=${t.offset}`,
        r = [j.v1, ...(e === void 0 ? [] : [X + e])];
      try {
        let s = new this.platform.WebSocket(this.#e.url + n, r);
        ((this.#n = s),
          s.addEventListener(
            "message",
            this.#u(({ data: i }) => this.#v(String(i))),
          ),
          s.addEventListener(
            "close",
            this.#u(({ code: i, reason: a }) => this.#d(i, a || "lost")),
          ),
          s.addEventListener("error", () => {}));
      } catch {
        this.#d(_, "lost");
      }
    }
    #v(e) {
      if (((this.#a = !0), e === A)) return void (this.#p = 0);
      let t = pe(e);
      switch (t?.type) {
        case "welcome":
          return this.#x(t);
        case "publication":
          return this.#g(t);
        case "publications":
          return t.items.forEach((n) => this.#g(n));
        case "join":
        case "leave": {
          let { type: n, ...r } = t;
          return this.tell(n, r);
        }
        case "reply":
          return this.tell("reply", t);
        case "error":
          return t.code === z ? this.#_() : this.tell("error", C(t));
        case void 0:
      }
    }
    #x({ epoch: e, offset: t, recovered: n, heartbeat: r }) {
      let s = { epoch: e, offset: t },
        i = this.position !== null && !n;
      (n || (this.position = s),
        (this.#l = r * 1e3),
        this.#c(this.#l, () => this.#f()),
        this.#y({ name: "open" }),
        this.welcomed?.(s, !n, i),
        i && this.tell("missed", s));
    }
    #g({ offset: e = null, id: t = null, data: n }) {
      (e !== null && this.position !== null && (this.position = { ...this.position, offset: e }),
        n !== void 0 && this.took({ data: n, offset: e, id: t }));
    }
    #f() {
      ((this.#a = !1),
        this.#c(1e4, () => {
          if (!this.#a) return this.#d(_, "no_answer");
          this.#c(this.#l - 1e4, () => this.#f());
        }),
        this.#n?.send(A));
    }
    #d(e, t) {
      let n = Y(e);
      if (n === "stay_away") return this.end(e, t);
      ((e === z || this.#n === null) && this.#e.tokens.forget(this.#t), this.#h());
      let r = this.#p++ === 0,
        { clock: s, random: i } = this.platform,
        a = n === "come_back" && r ? 0 : q(this.#p, i());
      (this.#c(a, () => this.#m()), this.#y({ name: "waiting", until: s.now() + a, code: e, reason: t }));
    }
    #b() {
      let { name: e } = this.state;
      (e === "open"
        ? this.#a && this.#f()
        : (e === "waiting" || this.platform.clock.now() - this.#i > 1e3) && ((this.#p = 0), this.#m()),
        this.woken?.());
    }
    #_() {
      let { tokens: e } = this.#e;
      (e.forget(this.#t),
        (this.#t = e.get()),
        this.#t.then(
          this.#u((t) => this.send({ type: "refresh", id: 0, token: t })),
          () => {},
        ));
    }
    #h() {
      let e = this.#n;
      ((this.#n = null), (this.#s += 1), this.#r?.(), e?.close(1e3));
    }
    #u(e) {
      let t = this.#s;
      return (n) => {
        t === this.#s && e(n);
      };
    }
    #c(e, t) {
      (this.#r?.(), (this.#r = this.platform.clock.after(e, t)));
    }
    #y(e) {
      ((this.state = e), this.entered?.(e), this.tell("state", e));
    }
  },
  C = ({ reason: o, code: e, temporary: t, message: n }) => new u(o, e, t, n);
function pe(o) {
  try {
    return Object(JSON.parse(o));
  } catch {
    return;
  }
}
var k = class {
    line;
    #e;
    #t = new b();
    #n;
    #o;
    constructor(e, t, n) {
      ((this.line = e), (this.#e = t), (this.#n = n), e.handles.add(this.#t));
    }
    get state() {
      return this.#o ?? this.line.state;
    }
    on = (e, t, { signal: n } = {}) => this.#t.on(e, t, () => this.#r()[e], n);
    close() {
      (this.state.name !== "closed" &&
        ((this.#o = { name: "closed", code: 1e3, reason: "left" }),
        this.line.handles.delete(this.#t),
        this.line.handles.size === 0 && this.line.end(1e3, "left"),
        this.#t.tell("state", this.#o),
        this.#t.end()),
        this.#n(this));
    }
    ping(e) {
      return this.ask({ type: "ping" }, e);
    }
    publish(e, t) {
      return this.ask({ type: "publish", data: e }, t);
    }
    [Symbol.asyncIterator]() {
      return V((e, t) =>
        N(
          this.on(this.#e, e),
          this.on("state", ({ name: n }) => n === "closed" && t()),
        ),
      );
    }
    ask(e, t) {
      let n = ++this.line.lastId,
        r = !1;
      return w(this.line.platform.clock, { timeout: 1e4, ...t }, (s, i) =>
        N(
          this.on("reply", (a) => {
            a.id === n && (a.error ? i(C(a.error)) : s(a.result));
          }),
          this.on("state", (a) => {
            (a.name === "open"
              ? this.line.send({ ...e, id: n })
              : "reason" in a && (r || a.name === "closed") && i(Z(a)),
              (r ||= a.name === "open"));
          }),
        ),
      );
    }
    #r() {
      return { state: this.state, status: this.line.outcome };
    }
  },
  Z = ({ name: o, reason: e, code: t }) => new u(e, t, o !== "closed"),
  N =
    (...o) =>
    () => {
      for (let e of o) e();
    },
  O = class extends k {
    biz;
    constructor(e, t, n) {
      (super(t, "status", n), (this.biz = e));
    }
    get outcome() {
      return this.line.outcome;
    }
    settled(e = {}) {
      return w(this.line.platform.clock, e, (t, n) =>
        N(
          this.on("status", (r) => ye(r) && t(r)),
          this.on("state", (r) => r.name === "closed" && n(Z(r))),
        ),
      );
    }
  },
  ye = (o) => x(o.status),
  P = class extends k {
    path;
    constructor(e, t, n) {
      (super(t, "publication", n), (this.path = e));
    }
    get latest() {
      return this.line.latest;
    }
    presence(e) {
      return this.ask({ type: "presence" }, e);
    }
    history({ after: e, limit: t, ...n } = {}) {
      return this.ask({ type: "history", after: e, limit: t }, n);
    }
  };
function ee(o, e) {
  let t,
    n = !1,
    r = 2e3,
    s;
  function i() {
    !n ||
      t ||
      s ||
      ((s = o.after(r, () => {
        d();
      })),
      (r = Math.min(15e3, r * 1.5)));
  }
  function a() {
    (s?.(), (s = void 0));
  }
  async function d() {
    if ((a(), t)) return;
    t = new AbortController();
    let { signal: m } = t,
      f = o.after(1e4, () => t?.abort());
    try {
      await e(m);
    } catch {}
    (f(), (t = void 0), i());
  }
  function c() {
    ((n = !1), (r = 2e3), a());
  }
  return {
    run() {
      ((n = !0), i());
    },
    now: d,
    rest: c,
    stop() {
      (c(), t?.abort());
    },
  };
}
var E = class extends h {
  #e;
  #t;
  #n;
  #o = !1;
  #r = 0;
  constructor(e, t, n) {
    (super(n), (this.#e = e), (this.#t = `belfry ${t}`));
    let { clock: r, fetch: s } = this.platform;
    ((this.#n = ee(r, async (i) => {
      let a = await s(t, { signal: i });
      if (!a.ok) return;
      let d = await a.json();
      this.#s(d, Object(d).version, "poll");
    })),
      this.#a());
  }
  welcomed({ epoch: e, offset: t }, n, r) {
    ((this.#r = t),
      r && (this.outcome = null),
      n && (this.position = { epoch: e, offset: 0 }),
      t === 0 && this.#s({ biz: this.#e, status: "pending" }, 0, "snapshot"));
  }
  entered({ name: e }) {
    if (e === "closed" || this.#i()) return this.#n.stop();
    if (e !== "open") return this.#n.run();
    (this.#n.rest(), this.#o && this.#n.now(), (this.#o = !0));
  }
  woken() {
    this.#i() || (this.#n.rest(), this.#n.now(), this.state.name !== "open" && this.#n.run());
  }
  took(e) {
    let { data: t, offset: n } = e;
    if (n === null) return this.tell("publication", e);
    this.#s(t, n, n > this.#r ? "push" : "snapshot");
  }
  #s(e, t, n) {
    let { biz: r, status: s } = Object(e);
    if (
      r !== this.#e ||
      typeof s != "string" ||
      typeof t != "number" ||
      (this.outcome !== null && t <= this.outcome.version)
    )
      return;
    let i = s;
    ((this.outcome = { biz: r, status: i, paid: I(i), version: t, source: n }),
      this.#i() && this.#n.stop(),
      this.#l(this.outcome),
      this.tell("status", this.outcome));
  }
  #i() {
    return this.outcome !== null && x(this.outcome.status);
  }
  #l({ version: e, status: t }) {
    if (this.position === null) return;
    this.position = { ...this.position, offset: e };
    let n = [this.position.epoch, e, t];
    try {
      this.platform.storage?.setItem(this.#t, JSON.stringify(n));
    } catch {}
  }
  #a() {
    try {
      let e = JSON.parse(this.platform.storage?.getItem(this.#t) ?? "null");
      if (e === null) return;
      let [t, n, r] = e;
      ((this.position = { epoch: t, offset: n }), this.#s({ biz: this.#e, status: r }, n, "snapshot"));
    } catch {}
  }
};
var g = globalThis,
  te = (o) => ({
    WebSocket: globalThis.WebSocket,
    fetch: (e, t) => fetch(e, t),
    clock: { now: () => Date.now(), after: he },
    random: Math.random,
    wake: ge,
    storage: Se(),
    ...o,
  }),
  L = () => g.document !== void 0;
function he(o, e) {
  let t = setTimeout(e, o);
  return () => clearTimeout(t);
}
function ge(o) {
  let e = new AbortController();
  for (let t of ["online", "pageshow", "resume", "visibilitychange"]) {
    let n = () => (t === "visibilitychange" && g.document?.hidden) || o();
    g.addEventListener?.(t, n, { capture: L(), signal: e.signal });
  }
  return () => e.abort();
}
function Se() {
  try {
    return g.sessionStorage ?? null;
  } catch {
    return null;
  }
}
function ne(o) {
  let e,
    t = (r) => {
      r === e && (e = void 0);
    },
    n = async () => o?.();
  return {
    get() {
      let r = (e ??= n());
      return (r.catch(() => t(r)), r);
    },
    forget: t,
  };
}
var oe = new WeakMap();
function ve(o, e = {}) {
  let { signal: t } = e,
    n = te(e),
    r = ne(e.getToken),
    s = be(n.WebSocket),
    { origin: i, pathname: a } = new URL(o, g.location?.href),
    d = (i + a).replace(/^ws/, "http").replace(/\/$/, ""),
    c = new Set(),
    m = (l) => c.delete(l);
  function f(l) {
    t?.throwIfAborted();
    let p = d.replace("http", "ws") + l,
      $ = s.get(p);
    if ($ !== void 0) return $;
    let W = { url: p, platform: n, tokens: r, onEnd: () => s.delete(p) },
      [, R] = xe.exec(l) ?? [],
      M = R === void 0 ? new h(W) : new E(R, `${d}/orders/${R}`, W);
    return (s.set(p, M), M.start(), M);
  }
  function D(l) {
    return (c.add(l), l);
  }
  let re = S(t, U);
  function U() {
    re();
    for (let l of c) l.close();
  }
  return {
    order(l) {
      if (!J.test(l)) throw new TypeError("an order's id is 32 of a-z 0-9");
      return D(new O(l, f(`/ws/order/${l}/`), m));
    },
    group(l) {
      let p = `/${l}/`.replaceAll(/\/+/g, "/");
      return D(new P(p, f(p), m));
    },
    close: U,
  };
}
var xe = /^\/ws\/order\/([a-z0-9]{32})\/$/;
function be(o) {
  let e = oe.get(o) ?? new Map();
  return (L() && oe.set(o, e), e);
}
export { u as BelfryError, ve as connect };
