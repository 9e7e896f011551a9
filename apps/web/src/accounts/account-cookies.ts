import { Injectable } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { InjectSettings } from '#libs/runtime';

interface SiteAddress {
  readonly url?: string | undefined;
}

/**
 * The two cookies of this site: `session` of who is signed in, `visitor` of who is about to sign in (it binds that form).
 * Host-only: without `Domain` no other host gets them. On https the prefix `__Host-` makes the browser insist on that, so
 * that a neighbour under the same parent domain cannot plant one either (RFC 6265bis, section 4.1.3.2).
 */
@Injectable()
export class AccountCookies {
  readonly #prefix: string;
  readonly #attributes: string;

  constructor(@InjectSettings('site') site: SiteAddress) {
    const isSecure = site.url?.startsWith('https:') === true;
    this.#prefix = isSecure ? '__Host-' : '';
    this.#attributes = `; Path=/; HttpOnly; SameSite=Lax${isSecure ? '; Secure' : ''}`;
  }

  sessionToken(request: FastifyRequest): string | undefined {
    return readCookie(request, `${this.#prefix}session`);
  }

  visitorToken(request: FastifyRequest): string | undefined {
    return readCookie(request, `${this.#prefix}visitor`);
  }

  setSession(reply: FastifyReply, token: string, lifetimeMs: number): void {
    reply.header('set-cookie', this.#cookie('session', token, Math.floor(lifetimeMs / 1000)));
    reply.header('set-cookie', this.#cookie('visitor', '', 0));
  }

  clearSession(reply: FastifyReply): void {
    reply.header('set-cookie', this.#cookie('session', '', 0));
  }

  setVisitor(reply: FastifyReply, token: string): void {
    reply.header('set-cookie', `${this.#prefix}visitor=${token}${this.#attributes}`);
  }

  #cookie(name: string, value: string, maxAgeSeconds: number): string {
    return `${this.#prefix}${name}=${value}; Max-Age=${maxAgeSeconds}${this.#attributes}`;
  }
}

/** Our values are 43 characters of base64url; anything else is not ours. */
function readCookie(request: FastifyRequest, name: string): string | undefined {
  for (const pair of (request.headers.cookie ?? '').split(';')) {
    const [key, value] = pair.trim().split('=', 2);
    if (key === name && value !== undefined && /^[\w-]{43}$/.test(value)) return value;
  }
  return undefined;
}
