import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type DoctorHome, faults, makeDoctorHome } from '../support/doctor-home.js';
import { commandTable } from '../../apps/tenantry/src/table.js';
import { checkoutDir } from '../support/command-line.js';
import { timelineOf } from '../support/fleet-home.js';

let home: DoctorHome;
/** All that any finding said to do. */
const advice: string[] = [];

beforeAll(async () => {
  home = await makeDoctorHome();
}, 60_000);

afterAll(() => home?.remove(), 30_000);

const safe = faults.filter(({ isSafe }) => isSafe === true);
const others = faults.filter(({ isSafe }) => isSafe !== true);

describe('doctor', () => {
  it('has nothing to say of a healthy home', async () => {
    expect(await home.look()).toMatchObject({ findings: [], tenants: 2, servers: 1, exitCode: 0 });
  });

  it.each(safe)('finds $id and mends it', async ({ id, tenant = null, plant, undo }) => {
    await plant(home);
    const { fixed, findings, exitCode } = await home.look({ fix: true });
    expect([fixed, findings, exitCode]).toEqual([
      [expect.objectContaining({ tenant, findings: [id], error: null })],
      ...[[], 0],
    ]);
    await undo?.(home);
  });

  it.each(others)(
    'finds $id, and leaves it to people',
    async ({ id, tenant = null, plant, undo, ...fault }) => {
      await plant(home);
      try {
        const { findings } = await home.look({ fix: true });
        expect(findings).toContainEqual(expect.objectContaining({ id, tenant, isSafe: false }));
        expect(findings.filter((each) => ![id, ...(fault.with ?? [])].includes(each.id))).toEqual([]);
        for (const { where, what, fix } of findings) expect([where, what, fix]).not.toContain('');
        advice.push(...findings.map(({ fix }) => fix));
      } finally {
        await undo?.(home);
      }
    },
  );

  it('has nothing to say again when all that is undone', async () => {
    await home.look({ fix: true });
    expect((await home.look()).findings).toEqual([]);
  });

  it('advises commands that there are', () => {
    const paths = commandTable.map(({ path }) => path.join(' '));
    const typed = advice.flatMap((text) =>
      [...text.matchAll(/(?<!\/)tenantry ([a-z][a-z -]*[a-z])/g)].map(([, words = '']) => words),
    );
    expect(typed.length).toBeGreaterThan(20);
    expect(typed.filter((words) => !paths.some((path) => `${words} `.startsWith(`${path} `)))).toEqual([]);
  });

  it('says what --fix would do, and does nothing', async () => {
    await home.sql('tenant_acme', 'GRANT CREATE ON SCHEMA public TO tenant_acme');
    const { plan, exitCode } = await home.look({ fix: true, plan: true });
    expect([plan, exitCode]).toEqual([
      ['acme: renew roles, grants and marks of the database tenant_acme'],
      0,
    ]);
    expect((await home.look()).findings).toHaveLength(1);
    const { run } = await home.look({ fix: true });
    expect(timelineOf(home.dir, 'acme').at(-1)).toMatchObject({ event: 'mended by doctor', run });
  });

  it('looks at the others where one tenant, or one record, is broken', async () => {
    const broken = faults.find(({ id }) => id === 'settings-broken');
    await broken?.plant(home);
    await home.sql('tenant_zed', 'GRANT CREATE ON SCHEMA public TO tenant_zed');
    home.write('state/deploys/20260101-000000-abcd.json', '{');
    const { findings, exitCode } = await home.look();
    expect(findings.map(({ id }) => id).toSorted()).toEqual([
      'deploy-unfinished',
      'runtime-can-create',
      'settings-broken',
    ]);
    expect(exitCode).toBe(1);
    home.removeFile('state/deploys/20260101-000000-abcd.json');
    await broken?.undo?.(home);
    await home.look({ fix: true });
  });

  it('ends with 0 for notes, 3 for warnings, 1 for errors', async () => {
    const codes: Record<string, number> = {};
    for (const id of ['scratch-left', 'hold-orphan', 'role-cannot-login']) {
      const fault = faults.find((each) => each.id === id);
      await fault?.plant(home);
      codes[id] = (await home.look()).exitCode;
      await fault?.undo?.(home);
    }
    expect(codes).toEqual({ 'scratch-left': 0, 'hold-orphan': 3, 'role-cannot-login': 1 });
  });
});

describe('docs/doctor.md', () => {
  it('lists no finding that no test plants', () => {
    const page = readFileSync(join(checkoutDir, 'docs/doctor.md'), 'utf8');
    const ids = [...page.matchAll(/^\| `([a-z-]+)` +\| \w+ +\|/gm)].map(([, id = '']) => id);
    const elsewhere = ['check-failed', 'postgres-down', 'server-unreachable', 'suspended-running'];
    // tests/e2e/pooler.e2e-spec.ts
    const poolers = ids.filter((id) => id === 'server-is-pooler' || id.startsWith('pooler-'));
    const tried = new Set([...faults.map(({ id }) => id), ...elsewhere, ...poolers, 'first-admin-left']);
    expect(ids.filter((id) => !tried.has(id))).toEqual([]);
  });
});
