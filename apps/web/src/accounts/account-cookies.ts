import { Injectable } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Sites } from '../views/sites.js';

/**
 * The two cookies of this site: `session` of who is signed in, `visitor` of who is about to sign in (it binds that form).
 * Host-only: without `Domain` no other host gets them. On https the prefix `__Host-` makes the browser insist on that, so
 * that a neighbour under the same parent domain cannot plant one either (RFC 6265bis, section 4.1.3.2).
 */
@Injectable()
export class AccountCookies {
  constructor(private readonly sites: Sites) {}

  sessionToken(request: FastifyRequest): string | undefined {
    return readCookie(request, `${this.#prefix(request)}session`);
  }

  visitorToken(request: FastifyRequest): string | undefined {
    return readCookie(request, `${this.#prefix(request)}visitor`);
  }

  setSession(reply: FastifyReply, token: string, lifetimeMs: number): void {
    this.#set(reply, `session=${token}; Max-Age=${Math.floor(lifetimeMs / 1000)}`);
    this.#set(reply, 'visitor=; Max-Age=0');
  }

  clearSession(reply: FastifyReply): void {
    this.#set(reply, 'session=; Max-Age=0');
  }

  setVisitor(reply: FastifyReply, token: string): void {
    this.#set(reply, `visitor=${token}`);
  }

  #set(reply: FastifyReply, cookie: string): void {
    const prefix = this.#prefix(reply.request);
    const secure = prefix === '' ? '' : '; Secure';
    reply.header('set-cookie', `${prefix}${cookie}; Path=/; HttpOnly; SameSite=Lax${secure}`);
  }

  /** By the address of the site that the request is for. */
  #prefix(request: FastifyRequest): string {
    return this.sites.of(request).settings.url?.startsWith('https:') === true ? '__Host-' : '';
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
