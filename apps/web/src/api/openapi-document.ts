import type { INestApplication } from '@nestjs/common';
import { DiscoveryService, MetadataScanner } from '@nestjs/core';
import { DocumentBuilder, SwaggerModule, type OpenAPIObject } from '@nestjs/swagger';
import { z } from 'zod';
import { operationDoc, type OperationDoc } from './api-doc.js';

type Operation = NonNullable<OpenAPIObject['paths'][string]['get']>;

type Schema = NonNullable<NonNullable<OpenAPIObject['components']>['schemas']>[string];

const errorBody: Schema = {
  type: 'object',
  properties: {
    error: {
      type: 'object',
      required: ['code', 'message'],
      properties: {
        code: { type: 'string' },
        message: { type: 'string' },
        hint: { type: 'string' },
        fields: { type: 'object', additionalProperties: { type: 'string' } },
      },
    },
  },
};

/** Describes all routes below /api: paths and inputs as Nest knows them, the rest from `@ApiDoc`. */
export function createOpenApiDocument(app: INestApplication, title: string): OpenAPIObject {
  const config = new DocumentBuilder().setTitle(`${title}: API`).setVersion('1').build();
  const document = SwaggerModule.createDocument(app, config, {
    operationIdFactory: (controller, method) => `${controller}.${method}`,
    autoTagControllers: false,
  });
  const docs = docsByOperation(app);
  const paths = Object.entries(document.paths).filter(([path]) => /^\/api\/(?!docs$|openapi)/.test(path));
  for (const [path, item] of paths) {
    for (const [method, operation] of operationsOf(item)) {
      complete({ path, method, operation }, docs.get(operation.operationId ?? ''));
    }
  }
  return { ...document, paths: Object.fromEntries(paths) };
}

/** `@ApiDoc` is kept by handler; the document names operations by controller and method. */
function docsByOperation(app: INestApplication): Map<string, OperationDoc> {
  const docs = new Map<string, OperationDoc>();
  const scanner = new MetadataScanner();
  for (const { metatype, instance } of app.get(DiscoveryService).getControllers()) {
    const prototype: object = Object.getPrototypeOf(instance);
    for (const method of scanner.getAllMethodNames(prototype)) {
      const doc = operationDoc(Reflect.get(prototype, method));
      if (doc !== undefined && metatype !== null) docs.set(`${metatype.name}.${method}`, doc);
    }
  }
  return docs;
}

function operationsOf(item: object): [string, Operation][] {
  return Object.entries(item).filter(([name]) => ['get', 'post', 'put', 'patch', 'delete'].includes(name));
}

interface Place {
  readonly path: string;
  readonly method: string;
  readonly operation: Operation;
}

function complete({ path, method, operation }: Place, doc: OperationDoc | undefined): void {
  operation.tags = [path.split('/')[2] ?? 'api'];
  operation.operationId = `${method}${path.replaceAll(/[^a-zA-Z]+(\w?)/g, (_all, next: string) => next.toUpperCase())}`;
  if (doc === undefined) return;
  operation.summary = doc.summary;
  if (doc.description !== undefined) operation.description = doc.description;
  for (const status of Object.keys(operation.responses).filter((code) => code.startsWith('2'))) {
    operation.responses[status] = describeAnswer(doc);
  }
  for (const [status, description] of Object.entries(doc.errors ?? {})) {
    operation.responses[status] = { description, content: { 'application/json': { schema: errorBody } } };
  }
}

function describeAnswer({ returns }: OperationDoc): {
  description: string;
  content?: Record<string, { schema: Schema }>;
} {
  if (returns === undefined) return { description: 'Done; nothing is returned.' };
  // Zod and @nestjs/swagger each have their own type of the same JSON Schema.
  const schema = z.toJSONSchema(returns, { target: 'openapi-3.0' }) as Schema;
  return { description: 'Done.', content: { 'application/json': { schema } } };
}
