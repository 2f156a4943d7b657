// The section of the alarm group: its members, the pushes they receive, and the countdown to the
// next.
import { connect } from "/client.js";
import { health } from "./development.js";
import { createElement, byId, stateText, timeOf, t, write } from "./words.js";

const MEMBERS_MAX = 8;
const PUSHES_MAX = 20;

/** @typedef {ReturnType<ReturnType<typeof connect>["group"]>} Group */
/**
 * @typedef {{ number: number, row: Element, group: Group, joinedAt: number, pushedAt: number }}
 * Member
 */
/** @typedef {{ data: string, arrivedAt: number, numbers: number[], line: Element }} Push */

/** @type {Set<Member>} */
const members = new Set();
let joined = 0;
/** @type {Push | null} The latest push; null before the first and while no member is connected. */
let latest = null;
let periodMs = 0;

export function startAlarm() {
  byId("join").addEventListener("click", join);
  setInterval(show, 250);
  join();
}

function join() {
  joined += 1;
  const leave = createElement("button", t("leave"));
  leave.ariaLabel = t("leaving", joined);
  const row = createElement(
    "tr",
    createElement("th", String(joined)),
    createElement("td"),
    createElement("td"),
    createElement("td", leave),
  );
  byId("members").append(row);
  const group = separateClient().group("/ws/alarm/");
  /** @type {Member} */
  const member = { number: joined, row, group, joinedAt: 0, pushedAt: 0 };
  members.add(member);
  group.on("state", ({ name }) => onStateChange(member, name === "open"));
  group.on("publication", ({ data }) => receive(member, data));
  leave.addEventListener("click", () => {
    group.close();
    members.delete(member);
    row.remove();
    byId("join").focus();
    show();
  });
}

/**
 * Clients of one page share connections per WebSocket class: with a class of its own, each is
 * separate.
 */
const separateClient = () => connect(location.origin, { WebSocket: class extends WebSocket {} });

/** @param {Member} member @param {boolean} isOpen */
function onStateChange(member, isOpen) {
  if (isOpen) Object.assign(member, { joinedAt: Date.now(), pushedAt: 0 });
  if (isOpen && periodMs === 0) void loadPeriod();
  show();
}

async function loadPeriod() {
  const { push_every_seconds: seconds } = await health();
  periodMs = seconds * 1000;
  write(byId("period"), t("period", seconds));
}

/** @param {Member} member @param {unknown} frame */
function receive(member, frame) {
  if (typeof frame !== "object" || frame === null || !("type" in frame && "data" in frame)) return;
  if (frame.type !== "result") return;
  const data = typeof frame.data === "string" ? frame.data : JSON.stringify(frame.data);
  // An equal result is part of the same push for each member that has not received it yet.
  if (latest === null || latest.data !== data || latest.numbers.includes(member.number)) latest = newPush(data);
  latest.numbers.push(member.number);
  member.pushedAt = Date.now();
  showPush(latest);
  show();
}

function newPush(/** @type {string} */ data) {
  const line = createElement("li");
  byId("pushes").prepend(line);
  byId("pushes").children[PUSHES_MAX]?.remove();
  return { data, arrivedAt: Date.now(), numbers: [], line };
}

function showPush(/** @type {Push} */ { line, data, arrivedAt, numbers }) {
  const to = createElement(
    "span",
    ...numbers.toSorted((a, b) => a - b).map((number) => createElement("b", String(number))),
  );
  const spread = numbers.length > 1 ? t("within", Date.now() - arrivedAt) : "";
  line.replaceChildren(
    createElement("time", timeOf(arrivedAt)),
    createElement("span", data),
    to,
    createElement("small", spread),
  );
}

/** Renders the members and the countdown to the next push. */
function show() {
  const isConnected = [...members].some(({ group }) => group.state.name === "open");
  if (!isConnected) latest = null; // pushes may be missed, so the countdown restarts with the next one
  write(byId("members-title"), t("members", members.size));
  write(byId("join"), t(members.size === 0 ? "join-first" : "join-more"));
  byId("join").toggleAttribute("disabled", members.size === MEMBERS_MAX);
  for (const { row, group, joinedAt, pushedAt } of members) {
    const { state } = group;
    const lastPush = pushedAt === 0 ? t("waits") : timeOf(pushedAt);
    write(row.children[1], joinedAt === 0 ? "–" : timeOf(joinedAt));
    write(row.children[2], state.name === "open" ? lastPush : stateText(state));
  }
  const leftMs = latest === null || periodMs === 0 ? -1 : Math.max(0, latest.arrivedAt + periodMs - Date.now());
  const countdown = leftMs < 0 ? t("waits") : leftMs === 0 ? t("due") : t("next", Math.ceil(leftMs / 1000));
  const connectedText = isConnected ? countdown : t("not-connected");
  write(byId("countdown"), members.size === 0 ? t("nobody") : connectedText);
  byId("countdown-bar").setAttribute("value", String(leftMs > 0 ? leftMs / periodMs : 0));
}
