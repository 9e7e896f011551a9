import type { z } from 'zod';

export interface OperationDoc {
  readonly summary: string;
  readonly description?: string;
  /** What a successful answer holds. */
  readonly returns?: z.ZodType;
  /** Statuses that a caller must expect, with what they mean. */
  readonly errors?: Readonly<Record<number, string>>;
}

const docs = new WeakMap<object, OperationDoc>();

/**
 * Describes an operation of the JSON API. @nestjs/swagger's decorators would load all of it while the process
 * starts; this only remembers, and the document is made when it is first asked for.
 */
export function ApiDoc(doc: OperationDoc): MethodDecorator {
  return (_target, _name, descriptor) => {
    if (typeof descriptor.value === 'function') docs.set(descriptor.value, doc);
  };
}

export function operationDoc(handler: object): OperationDoc | undefined {
  return docs.get(handler);
}
