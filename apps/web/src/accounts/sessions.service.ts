import { Injectable } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import type { FastifyRequest } from 'fastify';
import { Repository } from 'typeorm';
import { InjectSettings } from '#libs/runtime';
import { AccountCookies } from './account-cookies.js';
import { accountsSection, type AccountsSettings } from './accounts.settings.js';
import { Session } from './session.entity.js';
import { csrfTokenFor, hashToken, newToken } from './tokens.js';

/** Who is signed in. */
export interface SignedInAccount {
  readonly id: string;
  readonly email: string;
}

/** A session as one request sees it. */
export interface CurrentSession {
  readonly account: SignedInAccount;
  /** For forms (`_csrf`) and the header `x-csrf-token`. */
  readonly csrf: string;
  readonly tokenHash: string;
}

@Injectable()
export class Sessions {
  // One look-up for all guards and handlers of a request; gone with the request.
  readonly #found = new WeakMap<FastifyRequest, Promise<CurrentSession | undefined>>();

  constructor(
    @InjectRepository(Session) private readonly sessions: Repository<Session>,
    @InjectSettings(accountsSection) private readonly settings: AccountsSettings,
    private readonly cookies: AccountCookies,
  ) {}

  get lifetimeMs(): number {
    return this.settings.sessionLifetime;
  }

  /** The session of a request's cookie, if it is one that still lives. */
  async find(request: FastifyRequest): Promise<CurrentSession | undefined> {
    const known = this.#found.get(request);
    if (known !== undefined) return known;
    const token = this.cookies.sessionToken(request);
    const found = token === undefined ? Promise.resolve(undefined) : this.#load(token);
    this.#found.set(request, found);
    return found;
  }

  /** Begins a session and returns its token. Sessions that ran out are removed here: it costs one index look-up. */
  async start(accountId: string): Promise<string> {
    const token = newToken();
    await this.sessions.query(
      `INSERT INTO sessions (token_hash, account_id, expires_at) VALUES ($1, $2, now() + $3 * interval '1 millisecond')`,
      [hashToken(token), accountId, this.settings.sessionLifetime],
    );
    await this.sessions.query('DELETE FROM sessions WHERE expires_at < now()');
    return token;
  }

  async end(request: FastifyRequest): Promise<void> {
    const token = this.cookies.sessionToken(request);
    if (token !== undefined) await this.sessions.delete({ tokenHash: hashToken(token) });
  }

  /** Signs an account out everywhere: what a change of the password is for. */
  async endAll(accountId: string): Promise<void> {
    await this.sessions.delete({ accountId });
  }

  async #load(token: string): Promise<CurrentSession | undefined> {
    const tokenHash = hashToken(token);
    const session = await this.sessions
      .createQueryBuilder('session')
      .innerJoinAndSelect('session.account', 'account')
      .where('session.tokenHash = :tokenHash AND session.expiresAt > now()', { tokenHash })
      .getOne();
    if (session === null) return undefined;
    const { id, email } = session.account;
    return { account: { id, email }, csrf: csrfTokenFor(token), tokenHash };
  }
}
