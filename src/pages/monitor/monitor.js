// Starts the monitor: joins an alarm group and shows its pushes, its members and its tick.
import { connect } from "/client.js";
import { API_KEY, health } from "../development.js";
import { token } from "../sign.js";
import {
  inputById,
  createElement,
  byId,
  randomText,
  secondsUntil,
  showConnection,
  translatePage,
  prependLine,
  t,
  write,
} from "../words.js";
import { openChart } from "./chart.js";
import { count, showChange, showNobody, showPresence } from "./members.js";
import { valueReader } from "./pushed.js";

const EVENTS_MAX = 100;

const project = /^#[A-Za-z0-9._-]{1,93}$/.test(location.hash) ? location.hash.slice(1) : "";
const path = project === "" ? "/ws/alarm/" : `/ws/alarm/${project}/`;
const name = project === "" ? "alarm" : `alarm_${project}`;
const authorization = { Authorization: `Bearer ${API_KEY}` };

/** The name of this tab, kept across reloads. */
const self = sessionStorage.getItem("belfry monitor") ?? `tab-${randomText(4)}`;
sessionStorage.setItem("belfry monitor", self);

const values = valueReader();
/** @type {ReturnType<typeof openChart>} */
let draw;
/** @type {ReturnType<ReturnType<typeof connect>["group"]> | null} */
let group = null;
let isDevelopment = false;
let periodMs = 0;
let valueCount = 0;
let pushedAt = 0;
/**
 * State of the group for a backend, while this tab has left; null without an API key.
 * @type {{ connections: number, next_push: string | null } | null}
 */
let backendView = null;

function join() {
  const claims = { sub: self, groups: [name] };
  const client = connect(location.origin, isDevelopment ? { getToken: () => token(claims) } : {});
  const joined = client.group(path);
  group = joined;
  joined.on("state", (state) => {
    if (state.name !== "open") return values.reset();
    void joined.presence().then(
      (presence) => joined === group && showPresence(presence, self),
      () => undefined,
    );
  });
  joined.on("publication", ({ data }) => receive(data));
  joined.on("join", (member) => onMemberChange("joined", member));
  joined.on("leave", (member) => onMemberChange("left", member));
  show();
}

function leave() {
  group?.close();
  group = null;
  pushedAt = 0;
  values.reset();
  showNobody();
  void loadBackendView();
}

function receive(/** @type {unknown} */ frame) {
  const now = Date.now();
  const value = values.valueOf(frame, now);
  if (Object(frame).type === "result") pushedAt = now;
  draw(now, value, count() || null);
  if (value !== null) valueCount += 1;
  write(byId("summary"), t("summary-values", valueCount));
  logLine(JSON.stringify(frame));
  show();
}

/** @param {"joined" | "left"} change @param {{ sub: string | null, connections: number }} member */
function onMemberChange(change, member) {
  showChange(change, member, self);
  draw(Date.now(), null, member.connections);
  logLine(t(change, member.sub ?? t("somebody")));
}

const logLine = (/** @type {string} */ text) => prependLine("events", EVENTS_MAX, createElement("span", text));

/** Requests the state of the group as a backend, while this tab has left. */
async function loadBackendView() {
  if (!isDevelopment || group !== null) return;
  const response = await fetch(`/groups/${name}`, { headers: authorization });
  backendView = response.ok ? await response.json() : null;
  show();
}

function show() {
  const state = group?.state ?? { name: "not-connected" };
  showConnection(byId("connection"), state);
  write(byId("toggle"), t(group === null ? "join-first" : "leave"));
  const { name: tick, dueAt } = tickOf(state.name === "open");
  byId("tick").dataset["tick"] = tick;
  write(byId("tick"), t(tick));
  const left = secondsUntil(dueAt);
  const means = tick === "running" ? t(left > 0 ? "running-means" : "running-due", left) : t(`${tick}-means`);
  write(byId("tick-meaning"), means);
}

/** @returns {{ name: "running" | "stopped" | "unknown", dueAt: number }} */
function tickOf(/** @type {boolean} */ isMember) {
  if (isMember) return { name: "running", dueAt: pushedAt + periodMs };
  if (group !== null || backendView === null) return { name: "unknown", dueAt: 0 };
  if (backendView.next_push === null) return { name: "stopped", dueAt: 0 };
  return { name: "running", dueAt: Date.parse(backendView.next_push) };
}

/** @param {Event} event */
async function push(event) {
  event.preventDefault();
  const message = { type: "value", value: inputById("number").valueAsNumber };
  const body = JSON.stringify({ type: "send.message", message });
  await fetch(`/groups/${name}/send`, { method: "POST", headers: authorization, body });
}

async function start() {
  translatePage();
  write(byId("group"), name);
  showNobody();
  const { push_every_seconds: seconds, development } = await health();
  isDevelopment = development;
  periodMs = seconds * 1000;
  draw = openChart(byId("chart"), Math.max(60, 20 * seconds));
  byId("push-form").hidden = !development;
  byId("push-form").addEventListener("submit", (event) => void push(event));
  byId("toggle").addEventListener("click", () => (group === null ? join() : leave()));
  addEventListener("hashchange", () => location.reload());
  setInterval(show, 250);
  setInterval(() => void loadBackendView(), 1000);
  join();
}

void start();
