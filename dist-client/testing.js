var M = {
  bad_request: [400, !1],
  token_refused: [401, !1],
  not_allowed: [403, !1],
  bad_event: [422, !1],
  token_expires: [4205, !0],
  unavailable: [503, !0],
};
var a = (n) => ({ ok: !0, value: n }),
  i = (n) => ({ ok: !1, reason: n });
var A = (n) => n === "paid" || n === "partially_refunded";
var f = (n, e) => `${n}-${e}`;
function N(n, e) {
  return n === null || e === null || !z.test(n) || !Q.test(e) ? null : { epoch: n, offset: Number(e) };
}
var z = /^[0-9a-z]{1,32}$/,
  Q = /^(0|[1-9][0-9]{0,14})$/;
function T(n, e, t, r) {
  let o = e !== null && e.epoch === t.epoch && e.offset <= t.offset ? e : null;
  switch (n) {
    case "stream":
      return o !== null && o.offset >= r - 1 ? { recovered: !0, after: o.offset } : { recovered: !1, after: t.offset };
    case "cache":
      return { recovered: o !== null, after: o?.offset ?? 0 };
    case "none":
      return { recovered: o !== null, after: t.offset };
  }
}
var x = "belfry.bearer.",
  D = '{"type":"heartbeat"}';
function l(n) {
  let e = JSON.stringify(n);
  if (e === void 0) throw new TypeError("a frame must be a JSON value");
  return e;
}
var b = (n, e) => ({ biz: n, paid: A(e), status: e }),
  J = (n, { epoch: e, offset: t }, r) =>
    l({ type: "welcome", channel: n, epoch: e, offset: t, recovered: r, heartbeat: 25 }),
  $ = ({ data: n, at: e }) =>
    e === null ? `"data":${n}` : `"offset":${e.offset},"id":"${f(e.epoch, e.offset)}","data":${n}`,
  p = (n) => `{"type":"publication",${$(n)}}`;
function te(n) {
  let [e] = n;
  if (e !== void 0 && n.length === 1) return [p(e)];
  let t = [],
    r = [],
    o = 0,
    s = () => {
      (r.length > 0 && t.push(`{"type":"publications","items":[${r.join(",")}]}`), (r = []), (o = 0));
    };
  for (let d of n) {
    let u = `{${$(d)}}`;
    (o + u.length > 262144 && s(), r.push(u), (o += u.length + 1));
  }
  return (s(), t);
}
var L = (n, e) => te(e.map(({ offset: t, frame: r }) => ({ data: r, at: { epoch: n, offset: t } })));
var c = (n, e) => re(n, l(e)),
  re = (n, e) => `{"type":"reply","id":${l(n)},"result":${e}}`,
  k = (n, e, t) => l({ type: "reply", id: n, error: oe(e, t) }),
  oe = (n, e) => {
    let [t, r] = M[n];
    return { code: t, reason: n, message: e, temporary: r };
  },
  _ = (n, e, t) => l({ type: n, sub: e.sub, info: e.info, ...t });
var F = JSON,
  se = /(?:^|[\s:,[])(?:-0|-?\d+[.eE]|-?\d{16})/;
function H(n) {
  try {
    let e = !se.test(n) && ie(n);
    return a(e ? JSON.parse(n) : F.parse(n, ae));
  } catch {
    return i("not JSON");
  }
}
function ie(n) {
  if (n.length <= 2 * R) return !0;
  let e = 0;
  for (let t = 0; t < n.length && e <= R; t++) {
    let r = n.charCodeAt(t);
    (r === 91 || r === 123) && (e += 1);
  }
  return e <= R;
}
var R = 1e3,
  ae = (n, e, { source: t }) => (typeof e == "number" && String(e) !== t ? F.rawJSON(t) : e),
  K = (n) => typeof n == "object" && n !== null && !Array.isArray(n) && !F.isRawJSON(n);
function B(n) {
  let e = n === null ? null : H(n);
  if (e === null || !e.ok || !K(e.value))
    return i({ id: null, message: "a frame is a text: a JSON object with a type and an id" });
  let t = e.value,
    r = ue(t.id);
  return r === null ? i({ id: null, message: `id: a text of 1 to ${64} characters, or a whole number` }) : de(t, r);
}
function de(n, e) {
  switch (typeof n.type == "string" ? n.type : "") {
    case "ping":
      return a({ type: "ping", id: e });
    case "presence":
      return a({ type: "presence", id: e });
    case "history": {
      let r = O(n.after ?? 0, 0, Number.MAX_SAFE_INTEGER),
        o = O(n.limit ?? 100, 1, 1e3);
      return r === null
        ? i({ id: e, message: "after: an offset" })
        : o === null
          ? i({ id: e, message: `limit: 1 to ${1e3}` })
          : a({ type: "history", id: e, after: r, limit: o });
    }
    case "publish":
      return n.data === void 0
        ? i({ id: e, message: "publish needs data" })
        : a({ type: "publish", id: e, data: n.data });
    case "refresh":
      return typeof n.token == "string"
        ? a({ type: "refresh", id: e, token: n.token })
        : i({ id: e, message: "refresh needs a token" });
    default:
      return i({ id: e, message: "type: ping, presence, history, publish or refresh" });
  }
}
function ue(n) {
  return typeof n == "string"
    ? n.length >= 1 && n.length <= 64
      ? n
      : null
    : O(n, Number.MIN_SAFE_INTEGER, Number.MAX_SAFE_INTEGER);
}
var O = (n, e, t) => (typeof n == "number" && Number.isInteger(n) && n >= e && n <= t ? n : null);
var ce = { order: "cache", alarm: "cache", feed: "stream" },
  pe = 100,
  m = class {
    connections = [];
    path;
    #e;
    #n;
    #o = [];
    #s = [];
    #r = "00000001";
    #t = 0;
    constructor(e, t) {
      ((this.path = e), (this.#e = ce[e.split("/")[2] ?? ""] ?? "none"), (this.#n = t));
    }
    get offset() {
      return this.#t;
    }
    publish(e) {
      if (this.#e === "none") return this.relay(e);
      let t = l(e),
        r = { epoch: this.#r, offset: ++this.#t };
      ((this.#s = [...this.#s, { offset: r.offset, at: this.#n(), frame: t }].slice(this.#e === "cache" ? -1 : -pe)),
        this.#d(p({ data: t, at: r })));
    }
    relay(e) {
      this.#d(p({ data: l(e), at: null }));
    }
    join(e) {
      (this.#o.push(e), this.#d(_("join", e, this.#a())));
    }
    leave(e) {
      let t = this.#o.findIndex(({ sub: r }) => r === e.sub);
      (t >= 0 && this.#o.splice(t, 1), this.#d(_("leave", e, this.#a())));
    }
    forget() {
      ((this.#r = String(Number(this.#r) + 1).padStart(8, "0")), (this.#t = 0), (this.#s = []));
    }
    welcome(e) {
      this.connections.push(e);
      let t = { epoch: this.#r, offset: this.#t },
        r = N(e.query.get("epoch"), e.query.get("offset")),
        o = this.#s[0]?.offset ?? this.#t + 1,
        { recovered: s, after: d } = T(this.#e, r, t, o),
        u = this.#s.filter(({ offset: h }) => h > d),
        Y = J(`fake!${this.connections.length}`, t, s);
      for (let h of [Y, ...L(this.#r, u)]) e.send(h);
    }
    gone(e) {
      let t = this.connections.indexOf(e);
      t >= 0 && this.connections.splice(t, 1);
    }
    answer(e, t) {
      let r = B(t);
      r.ok && e.send(this.#i(r.value, e));
    }
    #i(e, t) {
      let { id: r } = e;
      switch (e.type) {
        case "ping":
          return c(r, { time: this.#n() });
        case "presence":
          return c(r, { ...this.#a(), members: this.#o.map(({ sub: o, info: s }) => ({ sub: o, info: s })) });
        case "history": {
          let o = this.#s
            .filter(({ offset: s }) => s > e.after)
            .slice(0, e.limit)
            .map(({ offset: s, at: d, frame: u }) => ({
              offset: s,
              id: f(this.#r, s),
              at: new Date(d).toISOString(),
              data: JSON.parse(u),
            }));
          return c(r, { epoch: this.#r, offset: this.#t, publications: o });
        }
        case "publish":
          return this.#l(r, e.data, t);
        case "refresh":
          return c(r, { expires_at: null });
      }
    }
    #l(e, t, r) {
      let [, , o] = this.path.split("/");
      return o === "alarm"
        ? k(e, "not_allowed", "nobody publishes here")
        : o === "order" && typeof t != "string"
          ? k(e, "bad_event", "an order relays texts only")
          : (o === "feed" ? this.publish(t) : o === "order" ? this.relay(t) : r.send(p({ data: l(t), at: null })),
            c(e, { epoch: this.#r, offset: this.#t, connections: this.connections.length }));
    }
    #a() {
      let e = new Set(this.#o.map(({ sub: t }) => t)).size;
      return { connections: this.connections.length, users: e };
    }
    #d(e) {
      for (let t of this.connections.slice()) t.send(e);
    }
  },
  g = class {
    group;
    #e;
    #n = "pending";
    constructor(e, t) {
      ((this.#e = e), (this.group = t));
    }
    get connections() {
      return this.group.connections;
    }
    get status() {
      return this.#n;
    }
    get version() {
      return this.group.offset;
    }
    becomes(e) {
      (e === this.#n && e !== "partially_refunded") || ((this.#n = e), this.group.publish(b(this.#e, e)));
    }
    relay(e) {
      this.group.relay(e);
    }
    look() {
      return { ...b(this.#e, this.#n), version: this.version, expires_at: null };
    }
  };
function G(n) {
  return class {
    #e;
    constructor(e, t) {
      this.#e = new v(e, t, n);
    }
    addEventListener(e, t) {
      this.#e.listeners[e].add(t);
    }
    send(e) {
      this.#e.take(e);
    }
    close() {
      this.#e.left();
    }
  };
}
var v = class {
  path;
  query;
  token;
  received = [];
  listeners = { message: new Set(), close: new Set(), error: new Set() };
  #e;
  #n = "dialling";
  constructor(e, t, r) {
    let { pathname: o, searchParams: s } = new URL(e);
    ((this.path = o.slice(o.indexOf("/ws/"))),
      (this.query = s),
      (this.token = t.find((d) => d.startsWith(x))?.slice(x.length) ?? null),
      (this.#e = r),
      r.dialled(),
      queueMicrotask(() => r.deliver(() => this.#o(), this)));
  }
  get isOpen() {
    return this.#n === "open";
  }
  send(e) {
    this.#r(() => this.#t("message", { data: e }));
  }
  close(e, t = "") {
    this.#n !== "closed" &&
      (this.#r(() => this.#t("close", { code: e, reason: t })), (this.#n = "closed"), this.#e.closed(this));
  }
  take(e) {
    queueMicrotask(() => this.#e.deliver(() => this.#s(e), this));
  }
  left() {
    for (let e of Object.values(this.listeners)) e.clear();
    this.#n !== "closed" && ((this.#n = "closed"), this.#e.closed(this));
  }
  #o() {
    if (this.#n !== "dialling" || this.#e.isHanging()) return;
    let e = this.#e.refusal();
    if (e !== null) return this.close(e.code, e.reason);
    ((this.#n = "open"), this.#e.opened(this));
  }
  #s(e) {
    if (!(this.#n !== "open" || this.#e.isHanging())) {
      if (e === D) return this.send(e);
      (this.received.push(e), this.#e.heard(this, e));
    }
  }
  #r(e) {
    this.#e.isHanging() || this.#e.deliver(() => !this.#e.isHanging() && e(), this);
  }
  #t(e, t) {
    for (let r of this.listeners[e]) r(t);
  }
};
var ye = (n = {}) => new P(n),
  P = class {
    options;
    dialled = 0;
    polled = 0;
    #e = new Map();
    #n = new Map();
    #o = new Set();
    #s;
    #r;
    #t = "up";
    #i = null;
    constructor({ deliver: e = (r) => r(), now: t = Date.now }) {
      ((this.#s = e),
        (this.#r = t),
        (this.options = {
          WebSocket: G({
            deliver: e,
            dialled: () => {
              this.dialled += 1;
            },
            refusal: () => (this.#t === "cut" ? { code: 1006, reason: "" } : this.#i),
            opened: (r) => this.group(r.path).welcome(r),
            heard: (r, o) => this.group(r.path).answer(r, o),
            closed: (r) => this.group(r.path).gone(r),
            isHanging: () => this.#t === "hanging",
          }),
          fetch: (r, { signal: o }) => this.#a(r.split("/").at(-1) ?? "", o),
          storage: fe(),
          wake: (r) => (this.#o.add(r), () => this.#o.delete(r)),
        }));
    }
    get connections() {
      return [...this.#e.values()].flatMap((e) => e.connections);
    }
    order(e) {
      return U(this.#n, e, () => new g(e, this.group(`/ws/order/${e}`)));
    }
    group(e) {
      return U(this.#e, `/${e}/`.replaceAll(/\/+/g, "/"), (t) => new m(t, this.#r));
    }
    cut() {
      (this.#l(), (this.#t = "cut"));
    }
    hang() {
      this.#t = "hanging";
    }
    refuse(e, t = "") {
      this.#i = { code: e, reason: t };
    }
    mend() {
      (this.#t === "hanging" && this.#l(), (this.#t = "up"), (this.#i = null));
    }
    wake() {
      for (let e of this.#o) e();
    }
    #l() {
      for (let e of this.connections) e.close(1006);
    }
    #a(e, t) {
      if (((this.polled += 1), this.#t === "cut")) return Promise.reject(new TypeError("the network is cut"));
      let r = this.order(e).look();
      return new Promise((o, s) => {
        (t.addEventListener("abort", () => s(t.reason)),
          this.#t !== "hanging" && this.#s(() => o({ ok: !0, json: () => Promise.resolve(r) }), this));
      });
    }
  };
function U(n, e, t) {
  let r = n.get(e) ?? t(e);
  return (n.set(e, r), r);
}
function fe() {
  let n = new Map();
  return {
    getItem: (e) => n.get(e) ?? null,
    setItem: (e, t) => {
      n.set(e, t);
    },
  };
}
export { ye as fakeServer };
