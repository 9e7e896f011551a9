import { ForbiddenException, Injectable } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { AccountCookies } from './account-cookies.js';
import { csrfTokenFor, isSameToken, newToken } from './tokens.js';

export const csrfField = '_csrf';
export const csrfHeader = 'x-csrf-token';

/**
 * Tells the site's own forms from those of others that a browser sends with our cookies. Two independent proofs:
 * the browser's word on where the request comes from, and a token bound to the cookie that others cannot read.
 */
@Injectable()
export class Csrf {
  constructor(private readonly cookies: AccountCookies) {}

  /** The token for the forms of a page; gives a visitor without any cookie one to bind it to. */
  tokenFor(request: FastifyRequest, reply: FastifyReply): string {
    const known = this.#cookieToken(request);
    if (known !== undefined) return csrfTokenFor(known);
    const token = newToken();
    this.cookies.setVisitor(reply, token);
    return csrfTokenFor(token);
  }

  hasCookie(request: FastifyRequest): boolean {
    return this.#cookieToken(request) !== undefined;
  }

  /** @throws ForbiddenException when the browser says that another site sent the request */
  requireOwnOrigin(request: FastifyRequest): void {
    const site = request.headers['sec-fetch-site'];
    const isOwn = site === undefined ? isOwnOrigin(request) : site === 'same-origin' || site === 'none';
    if (!isOwn) throw refusal('The request comes from another site.');
  }

  /** @throws ForbiddenException when the token is not the one of the request's cookie */
  requireToken(request: FastifyRequest, token: unknown): void {
    const cookieToken = this.#cookieToken(request);
    const isRight =
      cookieToken !== undefined && typeof token === 'string' && isSameToken(token, csrfTokenFor(cookieToken));
    if (!isRight) throw refusal('The form is no longer valid.');
  }

  #cookieToken(request: FastifyRequest): string | undefined {
    return this.cookies.sessionToken(request) ?? this.cookies.visitorToken(request);
  }
}

/** Programs send no Origin and no cookies of a browser's, so its absence proves nothing; the token decides. */
function isOwnOrigin(request: FastifyRequest): boolean {
  const { origin } = request.headers;
  if (origin === undefined) return true;
  return URL.canParse(origin) && new URL(origin).host === request.host.toLowerCase();
}

function refusal(message: string): ForbiddenException {
  return new ForbiddenException({
    code: 'CSRF',
    message,
    hint: `Load the page again, then repeat what you did. Programs send the token of GET /api/session as "${csrfHeader}".`,
  });
}
