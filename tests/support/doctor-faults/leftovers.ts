import { randomUUID } from 'node:crypto';
import { linkSync } from 'node:fs';
import { createServer } from 'node:net';
import { hostname } from 'node:os';
import { processStartTime } from '#libs/processes';
import { acme, changed, type Fault, fileThere, gone, mended, trashDatabase, trashOf } from './fault.js';

const deploy = (state: string): string =>
  JSON.stringify({
    ...{
      format: 1,
      run: '20260101-000000-abcd',
      verb: 'deploy',
      release: '2',
      from: '1',
      command: 'tenantry deploy',
    },
    ...{
      startedAt: '2026-01-01T00:00:00Z',
      options: { accept: [], down: [], stay: [] },
      step: 'roll',
      state,
    },
    ...{ runner: gone, tenants: {}, flipMs: null, error: null },
  });
const journal = JSON.stringify({
  ...{
    format: 1,
    run: '20260101-000000-abcd',
    verb: 'delete',
    tenant: 'acme',
    command: 'tenantry tenant delete acme',
  },
  ...{
    startedAt: '2026-01-01T00:00:00Z',
    step: 'names',
    direction: 'forward',
    facts: { tenant: 'acme', id: null },
  },
});
const run = JSON.stringify({
  ...{
    event: 'started',
    at: '2026-01-01T00:00:00Z',
    run: '20260101-000000-abcd',
    command: 'tenantry migrate --all',
  },
  ...{
    verb: 'migrate',
    release: 'checkout',
    migrations: {},
    tenants: ['acme', 'zed'],
    request: {},
    runner: gone,
  },
});

export const leftovers: readonly Fault[] = [
  {
    ...{ id: 'socket-stale', ...mended },
    plant: async (home) => {
      const server = createServer();
      // Not where a long home's sockets are, but `run` is looked at, too.
      const folder = home.path('run');
      await new Promise<void>((resolve) => server.listen({ path: `${folder}/s` }, resolve));
      linkSync(`${folder}/s`, `${folder}/acme.sock`);
      await new Promise((resolve) => server.close(resolve));
    },
  },
  fileThere({ id: 'pid-stale', ...mended }, 'run/pids/acme.json', JSON.stringify({ processes: [gone] })),
  fileThere(
    { id: 'lock-stale', isSafe: true },
    'run/locks/deploy.lock',
    JSON.stringify({ ...gone, command: 'tenantry deploy', at: '2026-01-01T00:00:00Z' }),
  ),
  fileThere({ id: 'tenant-busy', ...acme }, 'run/locks/tenant-acme.lock', () =>
    JSON.stringify({
      ...{ host: hostname(), pid: process.pid, startTime: processStartTime(process.pid) },
      ...{ command: 'tenantry migrate --all', at: new Date().toISOString() },
    }),
  ),
  fileThere(
    { id: 'creation-unfinished', tenant: 'newest' },
    'state/creating/newest.json',
    JSON.stringify({ identity: { tenant: 'newest', id: randomUUID() }, madeFolder: true }),
  ),
  fileThere({ id: 'life-cycle-unfinished', ...acme }, 'state/lifecycle/acme.json', journal),
  fileThere({ id: 'deploy-unfinished' }, 'state/deploys/20260101-000000-abcd.json', deploy('running')),
  fileThere({ id: 'deploy-unfinished' }, 'state/deploys/20260101-000000-abcd.json', '{"run": "2026'),
  fileThere({ id: 'deploy-paused' }, 'state/deploys/20260101-000000-abcd.json', deploy('paused')),
  fileThere({ id: 'run-unfinished' }, 'state/runs/20260101-000000-abcd.jsonl', `${run}\n`),
  fileThere(
    { id: 'release-held', ...acme, with: ['release-missing'] },
    'state/held/acme.json',
    JSON.stringify({ release: '9.9.9', run: '20260101-000000-abcd', why: 'it did not start' }),
  ),
  fileThere({ id: 'hold-orphan', tenant: 'ghost' }, 'state/held/ghost.json', '{}'),
  changed(
    { id: 'trash-expired', tenant: 'gone' },
    (home) => `tenants/_trash/${trashOf(home)}/deleted.json`,
    (text) => text.replace(/"expiresAt": "[^"]*"/, '"expiresAt": "2020-01-01T00:00:00.000Z"'),
  ),
  changed(
    { id: 'trash-unreadable', tenant: 'gone', with: ['trash-orphan'] },
    (home) => `tenants/_trash/${trashOf(home)}/deleted.json`,
    () => '{',
  ),
  {
    ...{ id: 'trash-incomplete', tenant: 'gone', with: ['database-elsewhere'] },
    plant: (home) => home.sql('postgres', `ALTER DATABASE ${trashDatabase(home)} RENAME TO gone_astray`),
    undo: (home) => home.sql('postgres', `ALTER DATABASE gone_astray RENAME TO ${trashDatabase(home)}`),
  },
];
