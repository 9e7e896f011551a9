import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { type Application, defineApplication, type HomePaths, type LoadedSettings } from '#libs/settings';
import { EarlySetUp } from './early-set-up.js';

let dir: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'early-'));
});
afterEach(() => rmSync(dir, { recursive: true }));

function begun(setUp: Application['setUp']): EarlySetUp {
  const application = defineApplication({
    name: 'web',
    sections: [],
    migrations: [],
    ...(setUp && { setUp }),
  });
  const settings = { media: { root: dir, quota: 1000 }, upload: { limit: 1000 } };
  // What a set-up reads of settings, and no more.
  const loaded = { tenant: 'acme', application, settings } as unknown as LoadedSettings;
  const paths = { tenants: dir } as HomePaths;
  const early = new EarlySetUp(paths, loaded, { email: 'a@acme.test', password: 'secret' });
  early.begin();
  return early;
}

describe('a set-up that is begun early', () => {
  it('does what needs no database at once, and the rest with the database, once', async () => {
    const done: string[] = [];
    const setUp = jest.fn<NonNullable<Application['setUp']>>(async ({ db, media, admin }) => {
      done.push(`hash ${admin.password}`);
      await db.query('INSERT', [1]);
      await media.write('private/a.txt', Buffer.from('a'));
    });
    const early = begun(setUp);
    early.begin();
    await setImmediate();
    expect(done).toEqual(['hash secret']);
    const query = async (sql: string, values?: unknown[]): Promise<unknown> =>
      done.push(`${sql} ${String(values)}`);
    await early.finish({ query });
    expect(done).toEqual(['hash secret', 'INSERT 1']);
    expect(readFileSync(join(dir, 'private', 'a.txt'), 'utf8')).toBe('a');
    expect(setUp).toHaveBeenCalledTimes(1);
  });

  it('writes no media before the root is the tenant’s', async () => {
    begun(({ media }) => media.write('private/a.txt', Buffer.from('a')));
    await setImmediate();
    expect(() => readFileSync(join(dir, 'private', 'a.txt'))).toThrow('ENOENT');
  });

  it('says in the end what went wrong in the beginning', async () => {
    const early = begun(() => Promise.reject(new Error('no such seed')));
    await setImmediate();
    await expect(early.finish({ query: () => Promise.resolve([]) })).rejects.toThrow('no such seed');
  });

  it('is nothing for an application that has none', async () => {
    await begun(undefined).finish({ query: () => Promise.reject(new Error('was asked')) });
  });
});
