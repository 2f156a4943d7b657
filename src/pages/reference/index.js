// Starts the reference: renders /openapi.json and /asyncapi.json, and scrolls to the hash.
import { channelSection } from "./channels.js";
import { element, heading, inline, named, table } from "./elements.js";
import { routeSection, routesOf } from "./operations.js";
import { schemaSection } from "./schemas.js";
import { byId, translatePage, t, write } from "../words.js";

/** @typedef {{ [key: string]: any }} Json */
/**
 * A section of the page: its heading, its elements and its links in the contents.
 * @typedef {{ id: string, title: string, about?: string, parts: Element[], links: { id: string, text: string, note?: string }[] }} Section
 */

/** @param {Json} openapi @returns {Section[]} */
function routeSections(openapi) {
  const routes = routesOf(openapi);
  const all = { id: "routes", title: t("routes"), about: openapi["info"].description, parts: [], links: [] };
  const tagSections = openapi["tags"].map((/** @type {Json} */ { name, description }) => {
    const own = routes.filter(({ operation }) => operation["tags"].includes(name));
    return {
      id: name,
      title: t(name),
      about: description,
      parts: own.map(routeSection),
      links: own.map(({ id, method, path }) => ({ id, text: path, note: method })),
    };
  });
  return [all, ...tagSections];
}

/** @param {Json} asyncapi @returns {Section} */
function frameSection(asyncapi) {
  const channels = Object.entries(asyncapi["channels"]);
  return {
    id: "frames",
    title: t("frames"),
    about: asyncapi["info"].description,
    parts: channels.map(([id, channel]) => channelSection(asyncapi, id, channel)),
    links: channels.map(([id, { address, tags }]) => ({
      id: `channel-${id}`,
      text: address,
      note: tags[0].name.replace("belfry.", ""),
    })),
  };
}

/** @param {Json} openapi @param {Json} asyncapi @returns {Section} */
function tableSection(openapi, asyncapi) {
  const tables = [
    { id: "reasons", heads: ["reason", "status", "meaning"], rows: reasonRows(openapi) },
    {
      id: "close-codes",
      heads: ["code", "reason", "client"],
      rows: Object.entries(asyncapi["x-close-codes"]).map(([code, { reason, client: verdict }]) => [
        code,
        named(reason),
        t(verdict),
      ]),
    },
    {
      id: "error-codes",
      heads: ["reason", "code", "temporary"],
      rows: Object.entries(asyncapi["x-error-codes"]).map(([reason, { code, temporary }]) => [
        named(reason),
        String(code),
        t(temporary ? "yes" : "no"),
      ]),
    },
  ];
  return {
    id: "tables",
    title: t("tables"),
    parts: tables.map(({ id, heads, rows }) =>
      element(
        "article",
        {},
        heading("h3", id, t(id)),
        table(
          id,
          heads.map((head) => t(head)),
          rows,
        ),
      ),
    ),
    links: tables.map(({ id }) => ({ id, text: t(id) })),
  };
}

/** Returns a row per reason, with the routes that refuse with it. @param {Json} openapi */
function reasonRows(openapi) {
  const routes = routesOf(openapi).map(({ id, responses }) => ({ id, text: JSON.stringify(responses) }));
  return Object.entries(openapi["x-reasons"]).map(([reason, { status, title }]) => {
    const where = routes.filter(({ text }) => text.includes(`\`${reason}\``)).map(({ id }) => id);
    const links = where.flatMap((id, i) => [i === 0 ? "" : ", ", element("a", { href: `#${id}` }, id)]);
    const meaning = element("div", { lang: "en" }, `${title}.`);
    // A reason of every route needs no links.
    if (where.length > 0 && where.length < routes.length) meaning.append(element("p", { class: "note" }, ...links));
    const name = named(reason);
    name.id = `reason-${reason}`;
    return [name, String(status), meaning];
  });
}

/** @param {Json} openapi @param {Json} asyncapi @returns {Section} */
function schemasSection(openapi, asyncapi) {
  const all = { ...asyncapi["components"].schemas, ...openapi["components"].schemas };
  const names = Object.keys(all).toSorted();
  return {
    id: "schemas",
    title: t("schemas"),
    parts: names.map((name) => schemaSection(name, all[name])),
    links: [],
  };
}

/** @param {Section[]} sections */
function show(sections) {
  byId("content").replaceChildren(
    ...sections.map(({ id, title, about, parts }) =>
      element(
        "section",
        { "aria-labelledby": id },
        heading("h2", id, title),
        ...(about
          ? about.split("\n\n").map((text) => element("p", { class: "note", lang: "en" }, ...inline(text)))
          : []),
        ...parts,
      ),
    ),
  );
  byId("links").replaceChildren(
    ...sections.flatMap(({ id, title, links }) => [
      element("a", { href: `#${id}`, class: "family" }, title),
      element("ul", {}, ...links.map(({ id, text, note }) => contentsLink(id, text, note))),
    ]),
  );
}

/** @param {string} id @param {string} text @param {string | undefined} note */
function contentsLink(id, text, note) {
  const parts = note === undefined ? [text] : [element("small", {}, note), element("code", {}, text)];
  return element("li", {}, element("a", { href: `#${id}` }, ...parts));
}

/** Scrolls to the hash, which the browser could not find before rendering. Unfolds its details. */
function goToHash() {
  const target = document.getElementById(location.hash.slice(1));
  if (target instanceof HTMLDetailsElement) target.open = true;
  target?.scrollIntoView();
}

/** @param {string} path @returns {Promise<Json>} */
async function fetchJson(path) {
  const response = await fetch(path);
  if (!response.ok) throw new Error(`${path}: ${response.status}`);
  return response.json();
}

async function start() {
  translatePage();
  const narrow = matchMedia("(max-width: 60rem)");
  byId("contents").toggleAttribute("open", !narrow.matches);
  narrow.addEventListener("change", () => byId("contents").toggleAttribute("open", !narrow.matches));
  try {
    const [openapi, asyncapi] = await Promise.all([fetchJson("/openapi.json"), fetchJson("/asyncapi.json")]);
    show([
      ...routeSections(openapi),
      frameSection(asyncapi),
      tableSection(openapi, asyncapi),
      schemasSection(openapi, asyncapi),
    ]);
    goToHash();
  } catch (error) {
    write(byId("state"), `${t("failed")} ${error instanceof Error ? error.message : ""}`);
  }
  byId("content").removeAttribute("aria-busy");
}

addEventListener("hashchange", goToHash);
void start();
