import { chmodSync, chownSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { writeSecrets } from '../secrets-file.js';
import { parseTenantName } from '../tenant-name.js';
import { errorOf, TestHome } from '../test-home.js';

const isRoot = process.getuid?.() === 0;
const [acmeUser, libertyUser] = [54_321, 54_322];
const file = 'tenants/acme/secrets.yaml';

let home: TestHome;
beforeEach(() => {
  home = new TestHome({
    'tenants/acme/settings.yaml': '{}',
    [file]: 'database: { runtimePassword: hunter22 }',
  });
  chmodSync(home.dir, 0o755);
});
afterEach(() => home.remove());

const load = (): string | undefined => home.load().settings.database.runtimePassword?.reveal();
const refusal = (act: () => unknown = load): [string, string | undefined] => {
  const { message, hint } = errorOf(act);
  return [message, hint];
};
const give = (path: string, user: number, group = user): void => chownSync(join(home.dir, path), user, group);

describe('a file of secrets', () => {
  it.each([0o640, 0o604, 0o660, 0o620, 0o610, 0o644])('is refused with the mode %o', (mode) => {
    chmodSync(join(home.dir, file), mode);
    expect(refusal()).toEqual([
      `${file}: holds secrets and can be read by others: expected mode 0600, found 0${mode.toString(8)}.`,
      `Run: chmod 600 ${file}`,
    ]);
  });

  it.each([0o600, 0o400])('is taken with the mode %o', (mode) => {
    chmodSync(join(home.dir, file), mode);
    expect(load()).toBe('hunter22');
  });
});

if (!isRoot) console.warn('Not root: whose the files of secrets are is not tried.');
(isRoot ? describe : describe.skip)("a tenant's file of secrets, with users of its own", () => {
  function as<Result>(user: number, act: () => Result): Result {
    process.seteuid?.(user);
    try {
      return act();
    } finally {
      process.seteuid?.(0);
    }
  }

  it("is read by the tenant's user and by root", () => {
    for (const path of ['tenants/acme', file]) give(path, acmeUser);
    expect(as(acmeUser, load)).toBe('hunter22');
    expect(load()).toBe('hunter22');
  });

  it("is read by both where root keeps the folder, and only the file is the tenant's", () => {
    give(file, acmeUser);
    expect(as(acmeUser, load)).toBe('hunter22');
    expect(load()).toBe('hunter22');
  });

  it("is not root's with the tenant's group", () => {
    give(file, 0, acmeUser);
    chmodSync(join(home.dir, file), 0o640);
    expect(refusal()[1]).toBe(`Run: chmod 600 ${file}`);
  });

  it('says whom to give it to when it is not readable', () => {
    expect(as(acmeUser, () => refusal())).toEqual([
      `${file}: cannot be read: permission denied.`,
      `Run as root: chown ${acmeUser} ${file}`,
    ]);
  });

  it("is refused when it belongs to another tenant's user", () => {
    give('tenants/acme', acmeUser);
    give(file, libertyUser);
    expect(refusal()).toEqual([
      `${file}: holds secrets and belongs to another user: expected user ${acmeUser}, the owner of its folder, found user ${libertyUser}.`,
      `Run: chown ${acmeUser} ${file}`,
    ]);
  });

  it("stays the tenant's when root changes it", () => {
    for (const path of ['tenants/acme', file]) give(path, acmeUser);
    writeSecrets(home.open().paths, parseTenantName('acme'), { database: { runtimePassword: 'changed' } });
    expect(as(acmeUser, load)).toBe('changed');
  });
});
