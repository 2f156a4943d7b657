// The alarm group: members that join and leave, the pushes they get, the countdown to the next. Makes no tick of its own.
import { connect } from "/client.js";
import { health } from "./development.js";
import { made, part, stateWord, timeOf, word, write } from "./words.js";

const MEMBERS_MAX = 8;
const PUSHES_MAX = 20;

/** @typedef {ReturnType<ReturnType<typeof connect>["group"]>} Group */
/** @typedef {{ number: number, row: Element, group: Group, joinedAt: number, pushedAt: number }} Member */
/** @typedef {{ data: string, arrivedAt: number, numbers: number[], line: Element }} Push */

/** @type {Set<Member>} */
const members = new Set();
let joined = 0;
/** @type {Push | null} The newest push; null before the first, and once nobody is here. */
let latest = null;
let periodMs = 0;

export function startAlarm() {
  part("join").addEventListener("click", join);
  setInterval(show, 250);
  join();
}

function join() {
  joined += 1;
  const leave = made("button", word("leave"));
  leave.ariaLabel = word("leaving", joined);
  const row = made("tr", made("th", String(joined)), made("td"), made("td"), made("td", leave));
  part("members").append(row);
  const group = anotherClient().group("/ws/alarm/");
  /** @type {Member} */
  const member = { number: joined, row, group, joinedAt: 0, pushedAt: 0 };
  members.add(member);
  group.on("state", ({ name }) => enter(member, name === "open"));
  group.on("publication", ({ data }) => receive(member, data));
  leave.addEventListener("click", () => {
    group.close();
    members.delete(member);
    row.remove();
    part("join").focus();
    show();
  });
}

/** Members of one page would share a connection; by a kind of WebSocket of its own, each has its own. */
const anotherClient = () => connect(location.origin, { WebSocket: class extends WebSocket {} });

/** @param {Member} member @param {boolean} isOpen */
function enter(member, isOpen) {
  if (isOpen) Object.assign(member, { joinedAt: Date.now(), pushedAt: 0 });
  if (isOpen && periodMs === 0) void learnPeriod();
  show();
}

async function learnPeriod() {
  const { push_every_seconds: seconds } = await health();
  periodMs = seconds * 1000;
  write(part("period"), word("period", seconds));
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

function newPush(/** @type {string} */ data) {
  const line = made("li");
  part("pushes").prepend(line);
  part("pushes").children[PUSHES_MAX]?.remove();
  return { data, arrivedAt: Date.now(), numbers: [], line };
}

function showPush(/** @type {Push} */ { line, data, arrivedAt, numbers }) {
  const to = made("span", ...numbers.toSorted((a, b) => a - b).map((number) => made("b", String(number))));
  const spread = numbers.length > 1 ? word("within", Date.now() - arrivedAt) : "";
  line.replaceChildren(made("time", timeOf(arrivedAt)), made("span", data), to, made("small", spread));
}

/** Brings the column up to date: who is here, and when the next push is due. */
function show() {
  const isHeard = [...members].some(({ group }) => group.state.name === "open");
  if (!isHeard) latest = null; // pushes may be missed now: the next one says nothing about this one's period
  write(part("members-title"), word("members", members.size));
  write(part("join"), word(members.size === 0 ? "join-first" : "join-more"));
  part("join").toggleAttribute("disabled", members.size === MEMBERS_MAX);
  for (const { row, group, joinedAt, pushedAt } of members) {
    const { state } = group;
    const here = pushedAt === 0 ? word("waits") : timeOf(pushedAt);
    write(row.children[1], joinedAt === 0 ? "–" : timeOf(joinedAt));
    write(row.children[2], state.name === "open" ? here : stateWord(state));
  }
  const leftMs = latest === null || periodMs === 0 ? -1 : Math.max(0, latest.arrivedAt + periodMs - Date.now());
  const waits = leftMs < 0 ? word("waits") : leftMs === 0 ? word("due") : word("next", Math.ceil(leftMs / 1000));
  const here = isHeard ? waits : word("not-connected");
  write(part("countdown"), members.size === 0 ? word("nobody") : here);
  part("countdown-bar").setAttribute("value", String(leftMs > 0 ? leftMs / periodMs : 0));
}
