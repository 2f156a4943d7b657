// Renders JSON Schema: types as text, and the fields of objects.
import { element, heading, inline, prose } from "./elements.js";
import { t } from "../words.js";

/** @typedef {{ [key: string]: any }} Schema */

/** Renders a type; a named one as a link. @param {Schema} schema @returns {(string | Node)[]} */
export function typeOf(schema) {
  if (typeof schema["$ref"] === "string") return [link(schema["$ref"].split("/").at(-1) ?? "")];
  if ("const" in schema) return [element("code", {}, JSON.stringify(schema["const"]))];
  if (schema["enum"])
    return joined(schema["enum"].map((/** @type {unknown} */ value) => [element("code", {}, String(value))]));
  const several = schema["anyOf"] ?? schema["oneOf"];
  if (several) return joined(several.map(typeOf));
  if (schema["allOf"]) return schema["allOf"].slice(0, 1).flatMap(typeOf);
  if (schema["type"] === "array") return [...typeOf(schema["items"] ?? {}), "[]"];
  return [schema["type"] ?? "any", ...limitsOf(schema)];
}

/** @param {(string | Node)[][]} types */
const joined = (types) => types.flatMap((type, i) => (i === 0 ? type : [" | ", ...type]));

const link = (/** @type {string} */ name) => element("a", { href: `#schema-${name}` }, name);

/** Renders the limits of a value. @param {Schema} schema @returns {(string | Node)[]} */
function limitsOf({ format, pattern, minLength, maxLength, minimum, maximum }) {
  if (pattern) return [" ", element("code", {}, pattern)];
  if (format) return [` (${format})`];
  const [least, most] = [minLength ?? minimum, maxLength ?? maximum];
  const isBound = most !== undefined && most < Number.MAX_SAFE_INTEGER;
  if (least === undefined && !isBound) return [];
  return [isBound ? ` (${least ?? "…"}–${most})` : ` (≥ ${least})`];
}

/**
 * Renders the fields of an object with type and description.
 * @param {{ name: string, schema: Schema, required: boolean, about: string, note?: string }[]}
 * fields
 */
export function fieldsOf(fields) {
  const parts = fields.map(({ name, schema, required, about, note }) => {
    const marks = [...(note ? [note] : []), ...(required ? [t("required")] : [])];
    const type = element("span", { class: "type", lang: "en" }, ...typeOf(schema));
    const title = element("dt", {}, element("code", {}, name), type);
    if (marks.length > 0) title.append(element("small", {}, marks.join(", ")));
    return element("div", {}, title, element("dd", { lang: "en" }, ...inline(about)));
  });
  return element("dl", { class: "fields" }, ...parts);
}

/** Renders the section of a named schema. @param {string} name @param {Schema} schema */
export function schemaSection(name, schema) {
  const required = new Set(schema["required"] ?? []);
  const fields = Object.entries(schema["properties"] ?? {}).map(([field, inner]) => ({
    name: field,
    schema: inner,
    required: required.has(field),
    about: inner["description"] ?? "",
  }));
  const body = fields.length > 0 ? fieldsOf(fields) : element("p", { class: "type" }, ...typeOf(schema));
  return element(
    "article",
    {},
    heading("h3", `schema-${name}`, element("code", {}, name)),
    ...prose(schema["description"] ?? ""),
    body,
  );
}
