import { Injectable } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import { Repository } from 'typeorm';
import { Account } from './account.entity.js';
import { normalizeEmail } from './credentials.js';
import { hashPassword, verifyPassword } from './password-hash.js';

@Injectable()
export class Accounts {
  #lastHash: Promise<unknown> = Promise.resolve();

  constructor(@InjectRepository(Account) private readonly accounts: Repository<Account>) {}

  /** The account whose email address and password these are. Takes as long when there is no such account. */
  async authenticate(email: string, password: string): Promise<Account | undefined> {
    const account = await this.accounts
      .createQueryBuilder('account')
      .addSelect('account.passwordHash')
      .where('account.email = :email', { email: normalizeEmail(email) })
      .getOne();
    const isRight = await this.#inTurn(() => verifyPassword(password, account?.passwordHash));
    return isRight && account !== null ? account : undefined;
  }

  async changePassword(id: string, password: string): Promise<void> {
    const passwordHash = await this.#inTurn(() => hashPassword(password));
    await this.accounts.update({ id }, { passwordHash });
  }

  /** One at a time: each takes 19 MiB, and many sign-ins at once must not take the memory of the pages. */
  async #inTurn<Result>(hash: () => Promise<Result>): Promise<Result> {
    const turn = this.#lastHash.then(hash, hash);
    this.#lastHash = turn.catch(() => undefined);
    return turn;
  }
}
