// One connection: a WebSocket that shows it lives and comes back when it is lost. Reads no frame's meaning, touches no element.

const HEARTBEAT = '{"type":"heartbeat"}'; // this exact text: the platform answers it with itself and wakes nothing
const HEARTBEAT_MS = 25_000;
const ANSWER_MS = 10_000;
const WAIT_MIN_MS = 500;
const WAIT_MAX_MS = 20_000;

/** @typedef {{ name: "connecting" | "open" | "ended" } | { name: "waiting", until: number }} State */

export class Connection {
  #url;
  #onState;
  #onFrame;
  /** @type {WebSocket | undefined} */
  #socket;
  #listening = new AbortController();
  #timer = 0; // one thing is awaited at a time: an answer, the next heartbeat or the next try
  #losses = 0;

  /** Connects now, and again after every loss, until `leave`. @param {string} path @param {(state: State) => void} onState @param {(frame: unknown) => void} onFrame */
  constructor(path, onState, onFrame) {
    this.#url = location.origin.replace(/^http/, "ws") + path;
    this.#onState = onState;
    this.#onFrame = onFrame;
    addEventListener("online", this.#online);
    this.#connect();
  }

  send(/** @type {string} */ text) {
    if (this.#socket?.readyState === WebSocket.OPEN) this.#socket.send(text);
  }

  leave() {
    removeEventListener("online", this.#online);
    this.#drop();
  }

  #connect = () => {
    this.#drop();
    this.#socket = new WebSocket(this.#url);
    this.#listening = new AbortController(); // ends with its socket: one that was dropped is not heard any more
    const { signal } = this.#listening;
    this.#socket.addEventListener("open", this.#opened, { signal });
    this.#socket.addEventListener("message", this.#heard, { signal });
    this.#socket.addEventListener("close", this.#closed, { signal });
    this.#after(ANSWER_MS, this.#lost);
    this.#onState({ name: "connecting" });
  };

  #opened = () => {
    this.#after(HEARTBEAT_MS, this.#beat);
    this.#onState({ name: "open" });
  };

  #heard = (/** @type {MessageEvent<string>} */ { data }) => {
    if (data !== HEARTBEAT) return this.#onFrame(JSON.parse(data));
    this.#losses = 0; // it has lasted for a while: the next wait is a short one again
    this.#after(HEARTBEAT_MS, this.#beat);
  };

  /** A network that goes away closes no socket: who does not answer is lost. */
  #beat = () => {
    this.send(HEARTBEAT);
    this.#after(ANSWER_MS, this.#lost);
  };

  #closed = (/** @type {CloseEvent} */ { code }) => {
    if (code < 4000 || code > 4099) return this.#lost();
    this.leave(); // these codes mean: do not come back
    this.#onState({ name: "ended" });
  };

  /** Full jitter: browsers that were lost at the same moment do not come back at the same moment. */
  #lost = () => {
    this.#drop();
    this.#losses += 1;
    const most = Math.min(WAIT_MAX_MS, WAIT_MIN_MS * 2 ** this.#losses);
    const wait = WAIT_MIN_MS + Math.random() * (most - WAIT_MIN_MS);
    this.#after(wait, this.#connect);
    this.#onState({ name: "waiting", until: Date.now() + wait });
  };

  /** An open socket may belong to the network before: it is asked. */
  #online = () => (this.#socket?.readyState === WebSocket.OPEN ? this.#beat() : this.#connect());

  #after(/** @type {number} */ ms, /** @type {() => void} */ act) {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(act, ms);
  }

  #drop() {
    clearTimeout(this.#timer);
    this.#listening.abort();
    this.#socket?.close();
    this.#socket = undefined;
  }
}
