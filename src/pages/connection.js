// One connection: a WebSocket that shows it lives and comes back when it is lost. Never reads what a frame means, nor touches the page.

const HEARTBEAT = '{"type":"heartbeat"}'; // this exact text: the platform answers it and wakes nothing
const HEARTBEAT_MS = 25_000;
const ANSWER_MS = 10_000;
const WAIT_MIN_MS = 500;
const WAIT_MAX_MS = 20_000;

/**
 * @typedef {{ name: "connecting" } | { name: "open" } | { name: "waiting", until: number } | { name: "ended" }} State
 * @typedef {{ onState: (state: State) => void, onFrame: (frame: unknown) => void }} Listener
 */

export class Connection {
  #path;
  #listener;
  /** @type {State} */
  #state = { name: "connecting" };
  /** @type {WebSocket | undefined} */
  #socket;
  #timers = { beat: 0, answer: 0, retry: 0 };
  #losses = 0;

  /** Connects at once. @param {string} path @param {Listener} listener */
  constructor(path, listener) {
    this.#path = path;
    this.#listener = listener;
    addEventListener("online", this.#online);
    this.#connect();
  }

  /** @param {string} text */
  send(text) {
    if (this.#state.name === "open") this.#socket?.send(text);
  }

  /** Leaves for good: nothing is heard of this connection any more. */
  leave() {
    removeEventListener("online", this.#online);
    this.#drop();
  }

  #connect() {
    const socket = new WebSocket(location.origin.replace(/^http/, "ws") + this.#path);
    this.#socket = socket;
    this.#enter({ name: "connecting" });
    this.#awaitAnswer();
    // A socket that was dropped may still speak, and must not be taken for its successor.
    const whileCurrent = (/** @type {() => void} */ act) => socket === this.#socket && act();
    socket.addEventListener("open", () => whileCurrent(() => this.#opened()));
    socket.addEventListener("message", ({ data }) => whileCurrent(() => this.#heard(data)));
    socket.addEventListener("close", ({ code }) => whileCurrent(() => this.#lost(code)));
  }

  #opened() {
    clearTimeout(this.#timers.answer);
    this.#timers.beat = setInterval(() => this.#beat(), HEARTBEAT_MS);
    this.#enter({ name: "open" });
  }

  /** @param {unknown} data */
  #heard(data) {
    clearTimeout(this.#timers.answer);
    if (data === HEARTBEAT) this.#losses = 0; // it has lasted for a while: the next wait is a short one again
    else if (typeof data === "string") this.#listener.onFrame(JSON.parse(data));
  }

  /** A lost network closes no socket: who does not answer counts as lost. */
  #beat() {
    this.send(HEARTBEAT);
    this.#awaitAnswer();
  }

  #awaitAnswer() {
    clearTimeout(this.#timers.answer);
    this.#timers.answer = setTimeout(() => this.#lost(), ANSWER_MS);
  }

  /** Full jitter, so that browsers lost at the same moment do not come back at the same moment. @param {number} [code] */
  #lost(code = 0) {
    this.#drop();
    if (code >= 4000 && code < 4100) return this.#enter({ name: "ended" }); // the codes that say: do not come back
    this.#losses += 1;
    const most = Math.min(WAIT_MAX_MS, WAIT_MIN_MS * 2 ** this.#losses);
    const wait = WAIT_MIN_MS + Math.random() * (most - WAIT_MIN_MS);
    this.#timers.retry = setTimeout(() => this.#connect(), wait);
    this.#enter({ name: "waiting", until: Date.now() + wait });
  }

  #online = () => {
    if (this.#state.name === "open") return this.#beat();
    if (this.#state.name !== "waiting") return;
    clearTimeout(this.#timers.retry);
    this.#connect();
  };

  #drop() {
    for (const timer of Object.values(this.#timers)) clearTimeout(timer); // clears intervals too (HTML, 8.6)
    this.#socket?.close();
    this.#socket = undefined;
  }

  /** @param {State} state */
  #enter(state) {
    this.#state = state;
    this.#listener.onState(state);
  }
}
