// The alarm group: members that join and leave, the pushes they get, the countdown to the next. Makes no tick of its own.
import { Connection } from "./connection.js";
import { made, part, secondsUntil, timeOf, withNumber, words, write } from "./words.js";

const MEMBERS_MAX = 8;
const PUSHES_MAX = 20;

/**
 * @typedef {{ number: number, row: Element, state: import("./connection.js").State, joinedAt: number, pushedAt: number }} Member
 * @typedef {{ data: string, arrivedAt: number, numbers: number[], line: Element }} Push
 */

/** @type {Set<Member>} */
const members = new Set();
let joined = 0;
/** @type {Push | null} The newest push; null before the first, and once nobody is here. */
let latest = null;
/** @type {number | null} */
let periodMs = null;

export function startAlarm() {
  part("join").addEventListener("click", join);
  setInterval(show, 250);
  join();
}

function join() {
  joined += 1;
  const leave = made("button", words.leave);
  leave.ariaLabel = withNumber(words.leaving, joined);
  const row = made("tr", made("th", String(joined)), made("td"), made("td"), made("td", leave));
  part("members").append(row);
  /** @type {Member} */
  const member = { number: joined, row, state: { name: "connecting" }, joinedAt: 0, pushedAt: 0 };
  members.add(member);
  const connection = new Connection(
    "/ws/alarm/",
    (state) => enter(member, state),
    (frame) => receive(member, frame),
  );
  leave.addEventListener("click", () => {
    connection.leave();
    members.delete(member);
    row.remove();
    if (members.size === 0) latest = null; // the next push is a first one, or the tick of another tab's group
    part("join").focus();
    show();
  });
}

/** @param {Member} member @param {import("./connection.js").State} state */
function enter(member, state) {
  member.state = state;
  if (state.name === "open") {
    member.joinedAt = Date.now();
    member.pushedAt = 0;
    if (periodMs === null) void learnPeriod();
  }
  show();
}

async function learnPeriod() {
  const { push_every_seconds: seconds } = await (await fetch("/healthz")).json();
  periodMs = seconds * 1000;
  write(part("period"), withNumber(words.period, seconds));
}

/** @param {Member} member @param {unknown} frame */
function receive(member, frame) {
  if (typeof frame !== "object" || frame === null || !("type" in frame && "data" in frame)) return;
  if (frame.type !== "result") return;
  const data = typeof frame.data === "string" ? frame.data : JSON.stringify(frame.data);
  // The same result, to a member that has not had it yet, is the same push.
  if (latest === null || latest.data !== data || latest.numbers.includes(member.number)) latest = newPush(data);
  latest.numbers.push(member.number);
  member.pushedAt = Date.now();
  showPush(latest);
  show();
}

/** @param {string} data @returns {Push} */
function newPush(data) {
  const line = made("li");
  part("pushes").prepend(line);
  part("pushes").children[PUSHES_MAX]?.remove();
  return { data, arrivedAt: Date.now(), numbers: [], line };
}

function showPush(/** @type {Push} */ { line, data, arrivedAt, numbers }) {
  const to = made("span", ...numbers.map((number) => made("b", String(number))));
  const spread = numbers.length > 1 ? withNumber(words.within, Date.now() - arrivedAt) : "";
  line.replaceChildren(made("time", timeOf(arrivedAt)), made("span", data), to, made("small", spread));
}

/** Brings the right column up to date: who is here, and when the next push is due. */
function show() {
  write(part("members-title"), withNumber(words.members, members.size));
  write(part("join"), members.size === 0 ? words.joinFirst : words.joinMore);
  part("join").toggleAttribute("disabled", members.size === MEMBERS_MAX);
  for (const member of members) showMember(member);
  const dueAt = latest === null || periodMs === null ? 0 : latest.arrivedAt + periodMs;
  write(part("countdown"), countdown(dueAt));
  part("countdown-bar").setAttribute("value", String(Math.max(0, (dueAt - Date.now()) / (periodMs ?? 1))));
}

function showMember(/** @type {Member} */ { row, state, joinedAt, pushedAt }) {
  const last = state.name === "waiting" ? withNumber(words.waiting, secondsUntil(state.until)) : words[state.name];
  write(row.children[1], joinedAt === 0 ? "–" : timeOf(joinedAt));
  write(row.children[2], state.name !== "open" ? last : pushedAt === 0 ? words.waitsForTick : timeOf(pushedAt));
}

function countdown(/** @type {number} */ dueAt) {
  if (members.size === 0) return words.nobody;
  if (dueAt === 0) return words.waitsForTick;
  return dueAt > Date.now() ? withNumber(words.next, secondsUntil(dueAt)) : words.due;
}
