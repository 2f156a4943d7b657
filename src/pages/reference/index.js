// Starts the reference: reads both documents, writes them onto the page, and finds the place that the address names. Changes neither.
import { channelSection } from "./channels.js";
import { element, heading, inline, named, table } from "./elements.js";
import { routeSection, routesOf } from "./operations.js";
import { schemaSection } from "./schemas.js";
import { part, speak, word, write } from "../words.js";

/** @typedef {{ [key: string]: any }} Json */
/** A part of the page: its heading, what stands under it, and the links of the contents. @typedef {{ id: string, title: string, about?: string, parts: Element[], links: { id: string, text: string, note?: string }[] }} Section */

/** @param {Json} openapi @returns {Section[]} */
function routeSections(openapi) {
  const routes = routesOf(openapi);
  const all = { id: "routes", title: word("routes"), about: openapi["info"].description, parts: [], links: [] };
  const families = openapi["tags"].map((/** @type {Json} */ { name, description }) => {
    const own = routes.filter(({ operation }) => operation["tags"].includes(name));
    return {
      id: name,
      title: word(name),
      about: description,
      parts: own.map(routeSection),
      links: own.map(({ id, method, path }) => ({ id, text: path, note: method })),
    };
  });
  return [all, ...families];
}

/** @param {Json} asyncapi @returns {Section} */
function frameSection(asyncapi) {
  const channels = Object.entries(asyncapi["channels"]);
  return {
    id: "frames",
    title: word("frames"),
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
        word(verdict),
      ]),
    },
    {
      id: "error-codes",
      heads: ["reason", "code", "temporary"],
      rows: Object.entries(asyncapi["x-error-codes"]).map(([reason, { code, temporary }]) => [
        named(reason),
        String(code),
        word(temporary ? "yes" : "no"),
      ]),
    },
  ];
  return {
    id: "tables",
    title: word("tables"),
    parts: tables.map(({ id, heads, rows }) =>
      element(
        "article",
        {},
        heading("h3", id, word(id)),
        table(
          id,
          heads.map((head) => word(head)),
          rows,
        ),
      ),
    ),
    links: tables.map(({ id }) => ({ id, text: word(id) })),
  };
}

/** Every reason, and the routes that refuse for it. @param {Json} openapi */
function reasonRows(openapi) {
  const routes = routesOf(openapi).map(({ id, responses }) => ({ id, text: JSON.stringify(responses) }));
  return Object.entries(openapi["x-reasons"]).map(([reason, { status, title }]) => {
    const where = routes.filter(({ text }) => text.includes(`\`${reason}\``)).map(({ id }) => id);
    const links = where.flatMap((id, i) => [i === 0 ? "" : ", ", element("a", { href: `#${id}` }, id)]);
    const meaning = element("div", { lang: "en" }, `${title}.`);
    // What every route has in common is no news at any.
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
    title: word("schemas"),
    parts: names.map((name) => schemaSection(name, all[name])),
    links: [],
  };
}

/** @param {Section[]} sections */
function show(sections) {
  part("content").replaceChildren(
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
  part("links").replaceChildren(
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

/** What the address names is on the page only now, and may stand in something folded. */
function goToHash() {
  const target = document.getElementById(location.hash.slice(1));
  if (target instanceof HTMLDetailsElement) target.open = true;
  target?.scrollIntoView();
}

/** @param {string} path @returns {Promise<Json>} */
async function read(path) {
  const response = await fetch(path);
  if (!response.ok) throw new Error(`${path}: ${response.status}`);
  return response.json();
}

async function start() {
  speak();
  const narrow = matchMedia("(max-width: 60rem)");
  part("contents").toggleAttribute("open", !narrow.matches);
  narrow.addEventListener("change", () => part("contents").toggleAttribute("open", !narrow.matches));
  try {
    const [openapi, asyncapi] = await Promise.all([read("/openapi.json"), read("/asyncapi.json")]);
    show([
      ...routeSections(openapi),
      frameSection(asyncapi),
      tableSection(openapi, asyncapi),
      schemasSection(openapi, asyncapi),
    ]);
    goToHash();
  } catch (error) {
    write(part("state"), `${word("failed")} ${error instanceof Error ? error.message : ""}`);
  }
  part("content").removeAttribute("aria-busy");
}

addEventListener("hashchange", goToHash);
void start();
