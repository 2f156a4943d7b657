// Converts valibot schemas to JSON Schema (draft 2020-12) and adds their descriptions.
import { toJsonSchema } from "@valibot/to-json-schema";
import type { GenericSchema } from "valibot";
import type { DocumentedSchema } from "./operation.ts";

export type JsonObject = Readonly<Record<string, unknown>>;

export const jsonSchema = (schema: GenericSchema): JsonObject => convert(schema, {});

/** `components.schemas`: a schema that contains another named one refers to it by `$ref`. */
export function namedSchemas(named: Readonly<Record<string, DocumentedSchema>>): JsonObject {
  const definitions = Object.fromEntries(Object.entries(named).map(([name, { schema }]) => [name, schema]));
  return Object.fromEntries(
    Object.entries(named).map(([name, { schema, description, properties }]) => {
      // Excludes the schema itself, which would become a reference to itself.
      const others = Object.fromEntries(Object.entries(definitions).filter(([, other]) => other !== schema));
      return [name, withDescriptions(convert(schema, others), description, properties)];
    }),
  );
}

const SCHEMAS = "#/components/schemas/";

export const reference = (name: string): JsonObject => ({ $ref: `${SCHEMAS}${name}` });

function convert(schema: GenericSchema, definitions: Record<string, GenericSchema>): JsonObject {
  const {
    $schema: _draft,
    $defs: _defs,
    ...json
  } = toJsonSchema(schema, {
    target: "draft-2020-12",
    typeMode: "input",
    definitions,
    overrideRef: ({ referenceId }) => `${SCHEMAS}${referenceId}`,
    ignoreActions: ["check"], // JSON Schema cannot express them; the property's description does
  });
  return json;
}

function withDescriptions(
  json: JsonObject,
  description: string,
  descriptions: Readonly<Record<string, string>>,
): JsonObject {
  const properties = Object.entries(json["properties"] ?? {}).map(([name, schema]: [string, object]) => [
    name,
    { description: descriptions[name], ...schema },
  ]);
  return {
    description,
    ...json,
    ...(properties.length === 0 ? {} : { properties: Object.fromEntries(properties) }),
  };
}
