// valibot's schemas as JSON Schema of draft 2020-12, the one that both documents speak, with the words that stand beside them.
import { toJsonSchema } from "@valibot/to-json-schema";
import type { GenericSchema } from "valibot";
import type { Described } from "../src/http/api/operation.ts";

type Json = Readonly<Record<string, unknown>>;

/** A schema by itself. */
export const jsonSchema = (schema: GenericSchema): Json => converted(schema, {});

/** Schemas by their names: one that stands in another is named there and not repeated. */
export function namedSchemas(named: Readonly<Record<string, Described>>): Json {
  const definitions = Object.fromEntries(Object.entries(named).map(([name, { schema }]) => [name, schema]));
  return Object.fromEntries(
    Object.entries(named).map(([name, { schema, about, fields }]) => {
      // A schema is no reference to itself.
      const others = Object.fromEntries(Object.entries(definitions).filter(([, other]) => other !== schema));
      return [name, withWords(converted(schema, others), about, fields)];
    }),
  );
}

/** Where both documents keep them. */
const PLACE = "#/components/schemas/";

export const reference = (name: string): Json => ({ $ref: `${PLACE}${name}` });

function converted(schema: GenericSchema, definitions: Record<string, GenericSchema>): Json {
  const {
    $schema: _draft,
    $defs: _defs,
    ...json
  } = toJsonSchema(schema, {
    target: "draft-2020-12",
    typeMode: "input",
    definitions,
    overrideRef: ({ referenceId }) => `${PLACE}${referenceId}`,
    ignoreActions: ["check"], // rules that no schema language can say: the words of the fields say them
  });
  return json;
}

function withWords(json: Json, about: string, fields: Readonly<Record<string, string>>): Json {
  const properties = Object.entries(json["properties"] ?? {}).map(([field, schema]: [string, object]) => [
    field,
    { description: fields[field], ...schema },
  ]);
  return {
    description: about,
    ...json,
    ...(properties.length === 0 ? {} : { properties: Object.fromEntries(properties) }),
  };
}
