// Starts the monitor: one member of an alarm group, by the client. Makes no tick of its own; what it cannot know it says so.
import { connect } from "/client.js";
import { API_KEY, health } from "../development.js";
import { canSign, token } from "../sign.js";
import { field, made, part, randomText, secondsUntil, showConnection, speak, tell, word, write } from "../words.js";
import { openChart } from "./chart.js";
import { count, showChange, showNobody, showPresence } from "./members.js";
import { gauge } from "./pushed.js";

const EVENTS_MAX = 100;

const project = /^#[A-Za-z0-9._-]{1,93}$/.test(location.hash) ? location.hash.slice(1) : "";
const path = project === "" ? "/ws/alarm/" : `/ws/alarm/${project}/`;
const name = project === "" ? "alarm" : `alarm_${project}`;
const authorization = { Authorization: `Bearer ${API_KEY}` };

/** This tab's name, over a reload. */
const self = sessionStorage.getItem("belfry monitor") ?? `tab-${randomText(4)}`;
sessionStorage.setItem("belfry monitor", self);

const values = gauge();
/** @type {ReturnType<typeof openChart>} */
let draw;
/** @type {ReturnType<ReturnType<typeof connect>["group"]> | null} */
let group = null;
let isDevelopment = false;
let periodMs = 0;
let drawn = 0;
let pushedAt = 0;
/** What a backend sees of the group while this tab is no member; null where nobody may look. @type {{ connections: number, next_push: string | null } | null} */
let seen = null;

function join() {
  const named = isDevelopment && canSign;
  const claims = { sub: self, groups: [name] };
  const client = connect(location.origin, named ? { getToken: () => token(claims) } : {});
  const member = client.group(path);
  group = member;
  member.on("state", (state) => {
    if (state.name !== "open") return values.forget();
    void member.presence().then(
      (presence) => member === group && showPresence(presence, self),
      () => undefined,
    );
  });
  member.on("publication", ({ data }) => take(data));
  member.on("join", (change) => note("joined", change));
  member.on("leave", (change) => note("left", change));
  show();
}

function leave() {
  group?.close();
  group = null;
  pushedAt = 0;
  values.forget();
  showNobody();
  void look();
}

function take(/** @type {unknown} */ frame) {
  const now = Date.now();
  const value = values.valueOf(frame, now);
  if (Object(frame).type === "result") pushedAt = now;
  draw(now, value, count() || null);
  if (value !== null) drawn += 1;
  write(part("summary"), word("summary-values", drawn));
  noteText(JSON.stringify(frame));
  show();
}

/** @param {"joined" | "left"} what @param {{ sub: string | null, connections: number }} member */
function note(what, member) {
  showChange(what, member, self);
  draw(Date.now(), null, member.connections);
  noteText(word(what, member.sub ?? word("somebody")));
}

const noteText = (/** @type {string} */ text) => tell("events", EVENTS_MAX, made("span", text));

/** As a backend may, with its key. */
async function look() {
  if (!isDevelopment || group !== null) return;
  const response = await fetch(`/groups/${name}`, { headers: authorization });
  seen = response.ok ? await response.json() : null;
  show();
}

function show() {
  const state = group?.state ?? { name: "not-connected" };
  showConnection(part("connection"), state);
  write(part("toggle"), word(group === null ? "join-first" : "leave"));
  const { name: tick, dueAt } = tickOf(state.name === "open");
  part("tick").dataset["tick"] = tick;
  write(part("tick"), word(tick));
  const left = secondsUntil(dueAt);
  const means = tick === "running" ? word(left > 0 ? "running-means" : "running-due", left) : word(`${tick}-means`);
  write(part("tick-meaning"), means);
}

/** @returns {{ name: "running" | "stopped" | "unknown", dueAt: number }} */
function tickOf(/** @type {boolean} */ isMember) {
  if (isMember) return { name: "running", dueAt: pushedAt + periodMs };
  if (group !== null || seen === null) return { name: "unknown", dueAt: 0 };
  if (seen.next_push === null) return { name: "stopped", dueAt: 0 };
  return { name: "running", dueAt: Date.parse(seen.next_push) };
}

/** @param {Event} event */
async function push(event) {
  event.preventDefault();
  const message = { type: "value", value: field("number").valueAsNumber };
  const body = JSON.stringify({ type: "send.message", message });
  await fetch(`/groups/${name}/send`, { method: "POST", headers: authorization, body });
}

async function start() {
  speak();
  write(part("group"), name);
  showNobody();
  const { push_every_seconds: seconds, development } = await health();
  isDevelopment = development;
  periodMs = seconds * 1000;
  draw = openChart(part("chart"), Math.max(60, 20 * seconds));
  part("push-form").hidden = !development;
  part("push-form").addEventListener("submit", (event) => void push(event));
  part("toggle").addEventListener("click", () => (group === null ? join() : leave()));
  addEventListener("hashchange", () => location.reload());
  setInterval(show, 250);
  setInterval(() => void look(), 1000);
  join();
}

void start();
