// Renders the routes of /openapi.json: parameters, body, responses, and examples as curl commands.
import { code, element, heading, inline, prose } from "./elements.js";
import { fieldsOf, typeOf } from "./schemas.js";
import { t } from "../words.js";

/** @typedef {{ [key: string]: any }} Json */
/**
 * @typedef {{ id: string, method: string, path: string, operation: Json, responses: Json }} Route
 */

/**
 * Returns the routes in order, with references to shared responses resolved.
 * @param {Json} openapi
 * @returns {Route[]}
 */
export const routesOf = (openapi) =>
  Object.entries(openapi["paths"]).flatMap(([path, item]) =>
    Object.entries(item).map(([method, operation]) => ({
      id: operation.operationId,
      method: method.toUpperCase(),
      path,
      operation,
      responses: Object.fromEntries(
        Object.entries(operation.responses).map(([status, response]) => [status, resolved(openapi, response)]),
      ),
    })),
  );

/** @param {Json} openapi @param {Json} response */
const resolved = (openapi, response) =>
  typeof response["$ref"] === "string"
    ? openapi["components"]["responses"][response["$ref"].split("/").at(-1) ?? ""]
    : response;

export function routeSection(/** @type {Route} */ route) {
  const { id, method, path, operation, responses } = route;
  return element(
    "article",
    {},
    heading("h3", id, element("b", { class: "method" }, method), " ", element("code", {}, ...breakable(path))),
    element(
      "p",
      { class: "lead" },
      element("span", { lang: "en" }, operation["summary"]),
      element("small", {}, t(accessOf(operation))),
    ),
    ...prose(operation["description"]),
    ...parametersOf(operation),
    ...bodyOf(operation),
    element("h4", {}, t("answers")),
    responsesOf(responses),
    ...examplesOf(route),
  );
}

/** Allows line breaks after slashes. */
const breakable = (/** @type {string} */ path) =>
  path.split(/(?<=\/)/).flatMap((part) => [part, document.createElement("wbr")]);

/** Returns the access of a route, derived from `security`. */
function accessOf(/** @type {Json} */ { security }) {
  const schemes = new Set(security.flatMap((/** @type {object} */ needed) => Object.keys(needed)));
  if (schemes.size === 0) return "anyone";
  if (schemes.has("signature")) return "merchant";
  return security.some((/** @type {object} */ needed) => Object.keys(needed).length === 0)
    ? "anyone_or_backend"
    : "backend";
}

function parametersOf(/** @type {Json} */ { parameters = [] }) {
  if (parameters.length === 0) return [];
  const fields = parameters.map((/** @type {Json} */ parameter) => ({
    name: parameter["name"],
    schema: parameter["schema"],
    required: parameter["required"],
    about: parameter["description"],
    note: t(parameter["in"]),
  }));
  return [element("h4", {}, t("parameters")), fieldsOf(fields)];
}

function bodyOf(/** @type {Json} */ { requestBody }) {
  if (!requestBody) return [];
  const types = Object.entries(requestBody.content).map(([type, { schema }]) =>
    element(
      "p",
      { class: "type", lang: "en" },
      `${type} `,
      ...(Object.keys(schema).length === 0 ? [] : typeOf(schema)),
    ),
  );
  const title = element("h4", {}, t("body"));
  if (requestBody.required) title.append(" ", element("small", {}, t("required")));
  return [title, ...prose(requestBody.description), ...types];
}

/** Renders each status with its description and the type of its body. */
function responsesOf(/** @type {Json} */ responses) {
  const rows = Object.entries(responses).map(([status, { description, content = {} }]) => {
    const [type = "", media] = Object.entries(content).find(([type]) => type !== "application/problem+json") ?? [];
    const words = description
      .split("\n\n")
      .map((/** @type {string} */ line) => element("p", {}, ...reasonLinked(line)));
    const about = element("dd", { lang: "en" }, ...words);
    if (media) about.append(element("p", { class: "type" }, `${type} `, ...typeOf(media.schema)));
    return element("div", { class: `status-${status.charAt(0)}` }, element("dt", {}, status), about);
  });
  return element("dl", { class: "answers" }, ...rows);
}

/** Links the reason at the start of a line. */
function reasonLinked(/** @type {string} */ line) {
  const [, reason, rest] = /^`(\w+)`: (.*)$/s.exec(line) ?? [];
  if (!reason) return inline(line);
  return [element("a", { href: `#reason-${reason}` }, element("code", {}, reason)), ` ${rest}`];
}

/** @param {Route} route */
function examplesOf(route) {
  const examples = Object.entries(route.responses).flatMap(([status, { content = {} }]) =>
    Object.values(content).flatMap((media) =>
      Object.entries(media["examples"] ?? {}).map(([name, example]) => exampleOf(route, status, name, example)),
    ),
  );
  return examples.length === 0 ? [] : [element("h4", {}, t("examples")), ...examples];
}

/** @param {Route} route @param {string} status @param {string} name @param {Json} example */
function exampleOf(route, status, name, example) {
  const answer = example["value"] === "" ? t("empty") : JSON.stringify(example["value"], null, 2);
  const after = (example["x-after"] ?? []).map((/** @type {string} */ other) => {
    const [id = "", which = ""] = other.split(".");
    return element("a", { href: `#${id}` }, `${id} (${which})`);
  });
  return element(
    "details",
    {},
    element("summary", { lang: "en" }, element("span", {}, example["summary"] ?? name), element("small", {}, status)),
    ...(after.length === 0 ? [] : [element("p", { class: "note" }, t("after"), " ", ...after)]),
    ...(example["x-by"] === "provider" ? [element("p", { class: "note" }, t("signed"))] : []),
    code(t("request"), requestOf(route, name, example)),
    code(t("answer"), answer),
  );
}

/**
 * Returns the request of an example: as curl, or as plain HTTP if only a provider can sign it.
 * @param {Route} route
 * @param {string} name
 * @param {Json} example
 */
function requestOf({ method, path, operation }, name, example) {
  const [media = {}] = Object.values(operation["requestBody"]?.content ?? {});
  const body = example["x-body"] ?? media.examples?.[name]?.value;
  const text = typeof body === "string" ? body : JSON.stringify(body);
  const url = location.origin + pathOf(path, operation, name, example);
  if (example["x-by"] === "provider") return [`${method} ${url}`, "", text].join("\n");
  const by = example["x-by"] ?? (accessOf(operation) === "anyone" ? "anyone" : "backend");
  return [
    `curl ${method === "GET" ? "" : `-X ${method} `}'${url}'`,
    ...(by === "backend" ? [`-H "Authorization: Bearer $API_KEY"`] : []),
    ...(text === undefined ? [] : [`-d '${text.replaceAll("'", String.raw`'\''`)}'`]),
  ].join(" \\\n  ");
}

/** @param {string} path @param {Json} operation @param {string} name @param {Json} example */
function pathOf(path, operation, name, example) {
  const query = new URLSearchParams();
  let filled = path;
  for (const parameter of operation["parameters"] ?? []) {
    const own = example["x-params"]?.[parameter.name] ?? parameter.examples?.[name]?.value;
    const value = own ?? parameter.examples?.usual?.value ?? parameter.example;
    if (parameter.in === "path") filled = filled.replace(`{${parameter.name}}`, encodeURIComponent(value));
    if (parameter.in === "query" && own !== undefined) query.set(parameter.name, own);
  }
  return query.size === 0 ? filled : `${filled}?${query}`;
}
