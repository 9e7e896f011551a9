import type { OpenAPIObject } from '@nestjs/swagger';

export interface FieldView {
  readonly name: string;
  readonly type: string;
  readonly isRequired: boolean;
  readonly description: string;
}

export interface OperationView {
  readonly id: string;
  readonly method: string;
  readonly path: string;
  readonly summary: string;
  readonly description: string;
  readonly parameters: readonly FieldView[];
  readonly body: readonly FieldView[];
  readonly answer: readonly FieldView[];
  readonly responses: readonly { readonly status: string; readonly description: string }[];
}

export interface TagView {
  readonly name: string;
  readonly operations: readonly OperationView[];
}

type Json = Readonly<Record<string, unknown>>;

/** The document in the order in which a page tells it: by tag, then by path. */
export function viewOf(document: OpenAPIObject): TagView[] {
  const tags = new Map<string, OperationView[]>();
  for (const [path, item] of Object.entries(document.paths)) {
    for (const [method, value] of Object.entries(item as Json)) {
      const operation = asJson(value);
      const [tag = 'api'] = (operation['tags'] as string[] | undefined) ?? [];
      tags.set(tag, [...(tags.get(tag) ?? []), operationView({ method, path, operation })]);
    }
  }
  return [...tags].map(([name, operations]) => ({ name, operations }));
}

interface Place {
  readonly method: string;
  readonly path: string;
  readonly operation: Json;
}

function operationView({ method, path, operation }: Place): OperationView {
  const responses = Object.entries(asJson(operation['responses']));
  const success = responses.find(([status]) => status.startsWith('2'))?.[1];
  return {
    id: text(operation['operationId']),
    method: method.toUpperCase(),
    path,
    summary: text(operation['summary']),
    description: text(operation['description']),
    parameters: asList(operation['parameters']).map(parameterView),
    body: fieldsOf(contentSchema(operation['requestBody'])),
    answer: fieldsOf(contentSchema(success)),
    responses: responses.map(([status, response]) => ({
      status,
      description: text(asJson(response)['description']),
    })),
  };
}

function parameterView(parameter: Json): FieldView {
  return {
    name: text(parameter['name']),
    type: typeOf(asJson(parameter['schema'])),
    isRequired: parameter['required'] === true,
    description: text(asJson(parameter['schema'])['description']),
  };
}

function fieldsOf(schema: Json): FieldView[] {
  const required = new Set((schema['required'] as unknown[] | undefined) ?? []);
  return Object.entries(asJson(schema['properties'])).map(([name, value]) => ({
    name,
    type: typeOf(asJson(value)),
    isRequired: required.has(name),
    description: text(asJson(value)['description']),
  }));
}

function typeOf(schema: Json): string {
  if (Array.isArray(schema['enum'])) return schema['enum'].map((value) => JSON.stringify(value)).join(' or ');
  const alternatives = asList(schema['anyOf']);
  if (alternatives.length > 0) return alternatives.map(typeOf).join(' or ');
  const base =
    schema['type'] === 'array' ? `list of ${typeOf(asJson(schema['items']))}` : text(schema['type']);
  const bounds = [
    ...(typeof schema['format'] === 'string' ? [schema['format']] : []),
    ...(typeof schema['maxLength'] === 'number' ? [`at most ${schema['maxLength']}`] : []),
    ...(schema['nullable'] === true ? ['or null'] : []),
  ];
  return [base, ...bounds].join(', ');
}

function contentSchema(holder: unknown): Json {
  const [content] = Object.values(asJson(asJson(holder)['content']));
  return asJson(asJson(content)['schema']);
}

function asJson(value: unknown): Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Json) : {};
}

function asList(value: unknown): Json[] {
  return Array.isArray(value) ? value.map(asJson) : [];
}

function text(value: unknown): string {
  return typeof value === 'string' ? value : '';
}
