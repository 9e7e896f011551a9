import { z } from 'zod';
import type { Application } from '../application.js';
import { settingsSchema } from './compose.js';
import { expectation } from './expectation.js';
import { childrenOf, itemSchema, metaOf } from './walk.js';

/** A JSON Schema, as plain data. */
export type JsonSchema = Readonly<Record<string, unknown>>;

/**
 * What an editor checks and completes an overlay with (JSON Schema, draft 2020-12): every key of the application with
 * its description, and wherever a value may stand, the operators that may stand there. No key is required, for the
 * layers below have a say; secrets are allowed by reference only. https://json-schema.org/draft/2020-12
 */
export function overlayJsonSchema(application: Application): JsonSchema {
  const { extends: profiles, ...shape } = settingsSchema(application).def.shape;
  return {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    $comment: 'Written by `tenantry settings schema`.',
    title: `Settings of a tenant of ${application.name}`,
    type: 'object',
    properties: { ...(profiles && { extends: plainSchema(profiles) }), ...propertiesOf(shape) },
    additionalProperties: false,
    $defs: definitions,
  };
}

const text = { type: 'string', minLength: 1 };

const definitions = {
  unset: operator({ $unset: { const: true } }, 'Returns the key to the layer below.'),
  env: {
    ...operator({ $env: text }, 'Reads an environment variable when the settings are loaded.'),
    properties: { $env: text, $default: {} },
  },
  file: operator({ $file: text }, 'Reads a file when the settings are loaded, such as a mounted secret.'),
};

const anywhere = ['unset', 'env', 'file'].map((name) => ({ $ref: `#/$defs/${name}` }));

function operator(properties: JsonSchema, description: string): JsonSchema {
  const required = Object.keys(properties);
  return { type: 'object', description, properties, required, additionalProperties: false };
}

function propertiesOf(shape: Readonly<Record<string, z.core.$ZodType>>): Record<string, JsonSchema> {
  return Object.fromEntries(Object.entries(shape).map(([key, child]) => [key, withOperators(child)]));
}

function withOperators(schema: z.core.$ZodType): JsonSchema {
  const described = describe(schema);
  if (metaOf(schema, 'secret') === true) return { ...described, anyOf: anywhere };
  const lists = itemSchema(schema) === undefined ? [] : [listOperators(schema)];
  return { ...described, anyOf: [plainSchema(schema), ...lists, ...anywhere] };
}

function describe(schema: z.core.$ZodType): JsonSchema {
  const description = metaOf(schema, 'description');
  const expected = childrenOf(schema).kind === 'none' ? [`Expected: ${expectation(schema)}.`] : [];
  return { description: [...(description === undefined ? [] : [description]), ...expected].join(' ') };
}

/** The value itself, with operators only below it. */
function plainSchema(schema: z.core.$ZodType): JsonSchema {
  const children = childrenOf(schema);
  if (children.kind === 'keys') {
    return { type: 'object', properties: propertiesOf(children.shape), additionalProperties: false };
  }
  if (children.kind === 'any') return { type: 'object', additionalProperties: withOperators(children.each) };
  const item = itemSchema(schema);
  if (item !== undefined) return { type: 'array', items: itemOf(item) };
  const { $schema: _version, ...leaf } = z.toJSONSchema(schema, leafOptions);
  return leaf;
}

// An empty registry: our own marks are no keywords of JSON Schema, and descriptions stand beside the operators.
const leafOptions = {
  io: 'input',
  unrepresentable: 'any',
  metadata: z.registry<Record<string, unknown>>(),
} as const;

/** A list item may be read from elsewhere; what is inside of one replaces as a whole. */
function itemOf(item: z.core.$ZodType): JsonSchema {
  return { anyOf: [plainSchema(item), { $ref: '#/$defs/env' }, { $ref: '#/$defs/file' }] };
}

function listOperators(schema: z.core.$ZodType): JsonSchema {
  const item = itemSchema(schema);
  const items = { type: 'array', items: item === undefined ? {} : itemOf(item) };
  return {
    type: 'object',
    description: 'Changes the list of the layers below: takes away, then puts in front and behind.',
    properties: { $append: items, $prepend: items, $remove: { type: 'array' } },
    minProperties: 1,
    additionalProperties: false,
  };
}
