import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type TestHome, makeTestHome } from '../support/test-home.js';

let home: TestHome;
const schemaFile = (app: string): string => join(home.dir, 'tenants', '.schema', `${app}.json`);
const titleOf = (app: string): unknown =>
  (JSON.parse(readFileSync(schemaFile(app), 'utf8')) as { title?: unknown }).title;
const ofAnEarlierRelease = (): void => {
  for (const app of ['hello', 'web']) writeFileSync(schemaFile(app), '{}');
};

beforeAll(async () => {
  home = await makeTestHome('schema');
}, 60_000);

afterAll(async () => {
  await home.remove();
}, 60_000);

describe('the schema by which editors check overlays', () => {
  it('is there from the beginning, for each application', () => {
    expect([titleOf('hello'), titleOf('web')]).toEqual([
      'Settings of a tenant of hello',
      'Settings of a tenant of web',
    ]);
  });

  it('is the release’s again after a migration and after a start', async () => {
    await home.done('tenant', 'create', 'acme');
    ofAnEarlierRelease();
    await home.done('migrate', '--all', '--plan');
    expect(titleOf('web')).toBeUndefined();
    await home.done('migrate', '--all');
    expect([titleOf('hello'), titleOf('web')]).not.toContain(undefined);
    ofAnEarlierRelease();
    await home.done('start', '--all');
    // Written when nobody waits for it any more.
    for (let tries = 0; tries < 100 && titleOf('web') === undefined; tries += 1) await sleep(50);
    expect([titleOf('hello'), titleOf('web')]).not.toContain(undefined);
  }, 90_000);
});
