import { HttpException, Injectable } from '@nestjs/common';
import { isIPv6 } from 'node:net';
import { InjectSettings } from '#libs/runtime';
import { accountsSection, type AccountsSettings } from './accounts.settings.js';
import { AttemptWindow } from './attempt-window.js';
import { normalizeEmail } from './credentials.js';

export class TooManyAttempts extends HttpException {
  readonly retryAfterSeconds: number;
  /** For people: what happened and when it is over. */
  readonly advice: string;

  constructor(waitMs: number) {
    const seconds = Math.max(1, Math.ceil(waitMs / 1000));
    const minutes = Math.ceil(seconds / 60);
    const hint = `Try again in ${minutes === 1 ? 'a minute' : `${minutes} minutes`}.`;
    super({ code: 'TOO_MANY_ATTEMPTS', message: 'Too many attempts to sign in.', hint }, 429);
    this.retryAfterSeconds = seconds;
    this.advice = `Too many attempts to sign in. ${hint}`;
  }
}

/** Slows down the guessing of passwords: by email address for one account's sake, by network address for all of them. */
@Injectable()
export class SignInLimit {
  readonly #byEmail: AttemptWindow;
  readonly #byAddress: AttemptWindow;

  constructor(@InjectSettings(accountsSection) settings: AccountsSettings) {
    const window = { windowMs: settings.attemptWindow, now: () => performance.now() };
    this.#byEmail = new AttemptWindow({ ...window, limit: settings.attemptsPerAccount });
    this.#byAddress = new AttemptWindow({ ...window, limit: settings.attemptsPerAddress });
  }

  /** Counts an attempt that is about to be made. @throws TooManyAttempts */
  begin(email: string, address: string): void {
    const [emailKey, addressKey] = [normalizeEmail(email), networkOf(address)];
    const waitMs = Math.max(this.#byEmail.waitMs(emailKey), this.#byAddress.waitMs(addressKey));
    if (waitMs > 0) throw new TooManyAttempts(waitMs);
    this.#byEmail.add(emailKey);
    this.#byAddress.add(addressKey);
  }

  /** The password was right: what was mistyped before counts no longer. Other accounts' attempts from there do. */
  succeed(email: string): void {
    this.#byEmail.forget(normalizeEmail(email));
  }
}

/** Who has IPv6 has at least 2^64 addresses: they count as one. */
function networkOf(address: string): string {
  if (!isIPv6(address) || address.startsWith('::ffff:')) return address;
  const [head = '', tail = ''] = address.split('::');
  const before = head.split(':').filter((part) => part !== '');
  const after = tail.split(':').filter((part) => part !== '');
  const zeros = Array.from({ length: Math.max(0, 8 - before.length - after.length) }, () => '0');
  return [...before, ...zeros, ...after].slice(0, 4).join(':');
}
