import { Injectable, SetMetadata, type CanActivate, type ExecutionContext } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import type { FastifyRequest } from 'fastify';
import { Csrf, csrfField, csrfHeader } from './csrf.service.js';

const safeMethods: ReadonlySet<string> = new Set(['GET', 'HEAD', 'OPTIONS']);
const policyKey = 'accounts:csrf';
type Policy = 'always' | 'in-multipart';

/** The token is required even from who has no cookie: for the form that signs in. */
export const RequireCsrf = () => SetMetadata(policyKey, 'always' satisfies Policy);

/**
 * The handler reads a multipart body itself and calls `Csrf.requireToken` with its field before it uses anything of it:
 * a guard runs before the body has come.
 */
export const ChecksCsrfInMultipart = () => SetMetadata(policyKey, 'in-multipart' satisfies Policy);

/** For every handler of the application: an unsafe request that comes with our cookies must be our own form's. */
@Injectable()
export class CsrfGuard implements CanActivate {
  constructor(
    private readonly reflector: Reflector,
    private readonly csrf: Csrf,
  ) {}

  canActivate(context: ExecutionContext): boolean {
    const request = context.switchToHttp().getRequest<FastifyRequest>();
    if (safeMethods.has(request.method)) return true;
    const policy = this.reflector.getAllAndOverride<Policy | undefined>(policyKey, [
      context.getHandler(),
      context.getClass(),
    ]);
    if (policy !== 'always' && !this.csrf.hasCookie(request)) return true;
    this.csrf.requireOwnOrigin(request);
    const header = request.headers[csrfHeader];
    if (policy === 'in-multipart' && header === undefined && isMultipart(request)) return true;
    this.csrf.requireToken(request, header ?? takeField(request.body));
    return true;
  }
}

function isMultipart(request: FastifyRequest): boolean {
  return request.headers['content-type']?.startsWith('multipart/form-data') === true;
}

/** Takes the field out of the body, so that a handler with a strict schema does not meet it. */
function takeField(body: unknown): unknown {
  if (typeof body !== 'object' || body === null || !Object.hasOwn(body, csrfField)) return undefined;
  const token: unknown = Reflect.get(body, csrfField);
  Reflect.deleteProperty(body, csrfField);
  return token;
}
