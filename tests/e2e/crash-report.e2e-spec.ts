import { existsSync, mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { once } from 'node:events';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import {
  connectControl,
  type ControlServer,
  type ProcessStatus,
  serveControl,
  Supervisor,
} from '#libs/processes';
import { TestingHome, type TestingTenant } from '#libs/runtime';
import { checkoutDir, pinnedNode } from '../support/command-line.js';
import { application } from '../support/sample-app/application.js';
import { ask } from '../support/sample-app/sample-process.js';
import { testServer } from '../support/test-postgres.js';

const entry = join(checkoutDir, 'dist/tests/support/sample-app/main.js');

let home: TestingHome;
let acme: TestingTenant;
let supervisor: Supervisor;
let control: ControlServer;
const reported: string[] = [];

const at = (name: string): string => join(home.dir, 'run', name);

beforeAll(async () => {
  home = new TestingHome(testServer(), application);
  acme = await home.addTenant('acme');
  mkdirSync(at('reports'));
  supervisor = new Supervisor({
    prepare: (tenant) =>
      Promise.resolve({
        ...{ tenant, release: 'checkout', command: pinnedNode, args: ['--report-exclude-env', entry] },
        cwd: at('reports'),
        env: {
          ...{ TENANT: 'acme', TENANTRY_HOME: home.dir, NODE_ENV: 'production' },
          NODE_OPTIONS: '--report-uncaught-exception --report-on-fatalerror --report-on-signal',
        },
        ...{ address: { path: acme.socket }, logFile: at('acme.log'), pidFile: at('acme.json') },
        ...{ startTimeoutMs: 20_000, drainTimeoutMs: 1000 },
      }),
    now: () => new Date(),
    report: (line) => reported.push(line),
  });
  control = await serveControl({
    ...{ socket: at('supervisor.sock'), supervisor, now: () => new Date() },
    shutdown: () => {},
  });
  await supervisor.start('acme');
}, 60_000);

afterAll(async () => {
  await supervisor.stopAll();
  await control.close();
  await home.remove();
});

it.each(['thrown', 'rejected', 'bare'])(
  'what is left of a process that died of an error with its password in it tells nobody: %s',
  async (how) => {
    const crashed = untilCrashed();
    const get = (path: string) => ask({ socketPath: acme.socket, path, headers: { host: 'acme.localhost' } });
    await supervisor.upstream('acme');
    const { pid = 0 } = supervisor.status()[0] ?? {};
    process.kill(pid ?? 0, 'SIGUSR2');
    await get('/crash?how=printed');
    await get(`/crash?how=${how}`);
    const status = await crashed;
    expect(status.lastError).toContain('uncaught error: ');
    expect(status.lastError).toContain('cannot connect as [secret] to postgres://');
    const asked = await (await connectControl(at('supervisor.sock')))?.status();
    const reports = readdirSync(at('reports'));
    expect(reports.length).toBeGreaterThan(0);
    const files = [...reports.map((name) => join('reports', name)), 'acme.log', 'acme.json'];
    const texts = [
      ...[status, asked, reported].map((told) => JSON.stringify(told)),
      ...files.filter((name) => existsSync(at(name))).map((name) => readFileSync(at(name), 'utf8')),
    ];
    const passwords = [acme.database.runtimePassword, acme.database.ownerPassword].map((one) => one.reveal());
    expect(texts.filter((text) => passwords.some((one) => text.includes(one)))).toEqual([]);
    expect(texts.join('\n')).toContain('cannot connect as [secret] to postgres://');
  },
  30_000,
);

async function untilCrashed(): Promise<ProcessStatus> {
  for (;;) {
    const [status] = (await once(supervisor.events, 'change')) as [ProcessStatus];
    if (status.state === 'crashed') return status;
  }
}
