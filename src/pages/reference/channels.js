// Renders the WebSockets of /asyncapi.json: the messages of each channel, with example frames.
import { code, element, heading, inline, prose } from "./elements.js";
import { typeOf } from "./schemas.js";
import { t } from "../words.js";

/** @typedef {{ [key: string]: any }} Json */

/** @param {Json} asyncapi @param {string} id @param {Json} channel */
export function channelSection(asyncapi, id, channel) {
  const operations = Object.values(asyncapi["operations"]).filter(
    ({ channel: { $ref } }) => $ref === `#/channels/${id}`,
  );
  const sent = operations.filter(({ action }) => action === "send").flatMap(({ messages }) => messages.map(nameOf));
  const received = operations.filter(({ action }) => action === "receive");
  const replies = received.flatMap(({ reply }) => (reply?.messages ?? []).map(nameOf));
  const protocol = channel["bindings"].ws.headers.properties["Sec-WebSocket-Protocol"].const;
  const message = (/** @type {string} */ name) => messageOf(id, asyncapi["components"]["messages"][name], []);
  return element(
    "article",
    {},
    heading(
      "h3",
      `channel-${id}`,
      element("code", {}, channel["address"]),
      " ",
      element("b", { class: "method" }, protocol),
    ),
    element("p", { class: "lead", lang: "en" }, channel["summary"]),
    ...prose(channel["description"]),
    element("h4", {}, t("from-server")),
    ...[...new Set([...sent, ...replies])].map(message),
    element("h4", {}, t("from-client")),
    ...received.map(({ messages, reply }) =>
      messageOf(id, asyncapi["components"]["messages"][nameOf(messages[0])], (reply?.messages ?? []).map(nameOf)),
    ),
  );
}

const nameOf = (/** @type {Json} */ reference) => reference["$ref"].split("/").at(-1);

/** @param {string} channel @param {Json} message @param {string[]} replies */
function messageOf(channel, message, replies) {
  const isText = message["contentType"] === "text/plain";
  const replyLinks = replies.flatMap((name, i) => [
    i === 0 ? ` ${t("answered-by")} ` : ", ",
    element("a", { href: `#message-${channel}-${name}` }, name),
  ]);
  return element(
    "details",
    { id: `message-${channel}-${message["name"]}` },
    element(
      "summary",
      { lang: "en" },
      element("code", {}, message["name"]),
      element("span", {}, ...inline(message["summary"])),
    ),
    element(
      "p",
      { class: "type", lang: "en" },
      ...typeOf(message["payload"]),
      ...(isText ? [` (${t("text")})`] : []),
      ...replyLinks,
    ),
    ...(message["examples"] ?? []).map((/** @type {Json} */ example) =>
      code(example["summary"], isText ? example["payload"] : JSON.stringify(example["payload"], null, 2)),
    ),
  );
}
