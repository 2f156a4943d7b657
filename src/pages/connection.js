// One connection: a WebSocket that shows it lives and comes back when it is lost. Reads no frame's meaning, touches no element.

const HEARTBEAT = '{"type":"heartbeat"}'; // this exact text: the platform answers it with itself and wakes nothing
const HEARTBEAT_MS = 25_000;
const ANSWER_MS = 10_000;
const WAIT_MIN_MS = 500;
const WAIT_MAX_MS = 20_000;

/** @typedef {{ name: "connecting" | "open" } | { name: "waiting", until: number }} State */

/** Connects now, and again after every loss, until `leave`. @param {string} path @param {(state: State) => void} onState @param {(frame: unknown) => void} onFrame */
export function connect(path, onState, onFrame) {
  /** @type {WebSocket | undefined} */
  let socket;
  let listening = new AbortController();
  let timer = 0; // one thing is awaited at a time: an answer, the next heartbeat or the next try
  let losses = 0;

  function after(/** @type {number} */ ms, /** @type {() => void} */ act) {
    clearTimeout(timer);
    timer = setTimeout(act, ms);
  }

  function open() {
    drop();
    socket = new WebSocket(location.origin.replace(/^http/, "ws") + path);
    listening = new AbortController(); // ends with its socket: one that was dropped is not heard any more
    const { signal } = listening;
    socket.addEventListener("open", opened, { signal });
    socket.addEventListener("message", heard, { signal });
    socket.addEventListener("close", lost, { signal });
    after(ANSWER_MS, lost);
    onState({ name: "connecting" });
  }

  function opened() {
    after(HEARTBEAT_MS, beat);
    onState({ name: "open" });
  }

  function heard(/** @type {MessageEvent<string>} */ { data }) {
    if (data !== HEARTBEAT) return onFrame(JSON.parse(data));
    losses = 0; // it has lasted for a while: the next wait is a short one again
    after(HEARTBEAT_MS, beat);
  }

  /** A network that goes away closes no socket: who does not answer is lost. */
  function beat() {
    send(HEARTBEAT);
    after(ANSWER_MS, lost);
  }

  /** Full jitter: browsers that were lost at the same moment do not come back at the same moment. */
  function lost() {
    drop();
    losses += 1;
    const most = Math.min(WAIT_MAX_MS, WAIT_MIN_MS * 2 ** losses);
    const wait = WAIT_MIN_MS + Math.random() * (most - WAIT_MIN_MS);
    after(wait, open);
    onState({ name: "waiting", until: Date.now() + wait });
  }

  function drop() {
    clearTimeout(timer);
    listening.abort();
    socket?.close();
  }

  const send = (/** @type {string} */ text) => socket?.send(text);
  const online = () => (socket?.readyState === WebSocket.OPEN ? beat() : open()); // an open one may be of the old network
  const leave = () => {
    removeEventListener("online", online);
    drop();
  };

  addEventListener("online", online);
  open();
  return { send, leave };
}
