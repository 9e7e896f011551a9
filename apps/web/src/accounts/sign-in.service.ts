import { Injectable, UnauthorizedException } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { AccountCookies } from './account-cookies.js';
import { Accounts } from './accounts.service.js';
import { maxPasswordLength } from './credentials.js';
import { Sessions, type SignedInAccount } from './sessions.service.js';
import { SignInLimit } from './sign-in-limit.js';

/** One request and its answer. */
export interface Exchange {
  readonly request: FastifyRequest;
  readonly reply: FastifyReply;
}

export interface Credentials {
  readonly email: string;
  readonly password: string;
}

export class WrongCredentials extends UnauthorizedException {
  constructor(message: string) {
    super({ code: 'WRONG_CREDENTIALS', message });
  }
}

@Injectable()
export class SignInService {
  constructor(
    private readonly accounts: Accounts,
    private readonly sessions: Sessions,
    private readonly cookies: AccountCookies,
    private readonly limit: SignInLimit,
  ) {}

  /** Begins a session in this browser. @throws TooManyAttempts, WrongCredentials */
  async signIn({ request, reply }: Exchange, credentials: Credentials): Promise<void> {
    const account = await this.#prove(request, credentials);
    if (account === undefined) throw new WrongCredentials('The email address or the password is wrong.');
    // Always a new token: one that somebody planted in this browser before must not become a signed-in one.
    await this.sessions.end(request);
    await this.#begin(reply, account.id);
  }

  async signOut({ request, reply }: Exchange): Promise<void> {
    await this.sessions.end(request);
    this.cookies.clearSession(reply);
  }

  /** Changes the password, and ends every other session of the account. @throws TooManyAttempts, WrongCredentials */
  async changePassword(
    { request, reply }: Exchange,
    account: SignedInAccount,
    passwords: { current: string; next: string },
  ): Promise<void> {
    const proved = await this.#prove(request, { email: account.email, password: passwords.current });
    if (proved?.id !== account.id) throw new WrongCredentials('The current password is wrong.');
    await this.accounts.changePassword(account.id, passwords.next);
    await this.sessions.endAll(account.id);
    await this.#begin(reply, account.id);
  }

  async #prove(
    request: FastifyRequest,
    { email, password }: Credentials,
  ): Promise<{ id: string } | undefined> {
    this.limit.begin(email, request.ip);
    // No account has such a password, and hashing a long one is work for whoever asks for it.
    if (password.length > maxPasswordLength) return undefined;
    const account = await this.accounts.authenticate(email, password);
    if (account !== undefined) this.limit.succeed(email);
    return account;
  }

  async #begin(reply: FastifyReply, accountId: string): Promise<void> {
    this.cookies.setSession(reply, await this.sessions.start(accountId), this.sessions.lifetimeMs);
  }
}
