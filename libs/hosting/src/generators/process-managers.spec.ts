import { describe, expect, it } from '@jest/globals';
import type { GeneratedFile, Generator, HostingPlan } from '../plan.js';
import { ownerOf } from '../apply/header.js';
import { samplePlan, samplePostgres, sampleUnit } from '../testing/sample-plan.js';
import { startScripts } from './start-scripts.js';
import { supervisord } from './supervisord.js';
import { systemd } from './systemd/systemd.js';

function textOf(generator: Generator, plan: HostingPlan, path: string): string {
  const file = generator.generate(plan).find((each) => each.path === path);
  if (file === undefined) throw new TypeError(`${path} was not generated`);
  return file.text;
}

const acme = samplePlan([sampleUnit('acme', { workers: 3, cpuWeight: 50, tasksMax: 99 })]);
const service = 'hosting/systemd/tenant@acme.service.d/tenantry.conf';

describe.each([startScripts, systemd, supervisord])('the files for $name', (generator) => {
  const units = ['acme', 'liberty', 'liberty.kids'].map((name) => sampleUnit(name));

  it('are the same bytes for the same plan, and begin by saying whose they are', () => {
    const plan = samplePlan(units, { postgres: [samplePostgres] });
    const files = generator.generate(plan);
    expect(generator.generate(plan)).toEqual(files);
    for (const { text } of files) expect(ownerOf(text)?.home).toBe('/srv/app');
  });

  it('of one tenant do not change with another', () => {
    const own = (files: readonly GeneratedFile[]) =>
      files.filter(({ text }) => ownerOf(text)?.tenant === 'acme');
    const alone = generator.generate(samplePlan(units.slice(0, 1)));
    expect(own(generator.generate(samplePlan(units)))).toEqual(own(alone));
  });
});

describe('a start script', () => {
  it('hands over the environment word by word and becomes the process', () => {
    const unit = sampleUnit('acme', {
      environment: { TENANTRY_HOME: "/srv/it's mine", TENANT: 'acme' },
      release: { id: '1.1.0', path: '/srv/app/releases/1.1.0', isHeld: true },
    });
    expect(textOf(startScripts, samplePlan([unit]), 'scripts/tenants/start-acme')).toContain(
      [
        'export TENANT=acme',
        String.raw`export TENANTRY_HOME='/srv/it'\''s mine'`,
        '# exec: signals, LISTEN_PID and the exit code are those of the process itself.',
        'exec /srv/app/releases/1.1.0/bin/start-tenant',
      ].join('\n'),
    );
  });
});

describe('a unit of systemd', () => {
  it('has the bounds and the user of its settings, and its secrets as a credential', () => {
    const text = textOf(systemd, acme, service);
    for (const line of [
      ...['User=tn-acme', 'MemoryHigh=134217728', 'MemoryMax=167772160', 'CPUWeight=50', 'TasksMax=99'],
      ...['TimeoutStopSec=35000ms', 'LoadCredential=secrets-of-acme:/srv/app/tenants/acme/secrets.yaml'],
    ]) {
      expect(text.split('\n')).toContain(line);
    }
  });

  it('takes its further workers along, who share its socket', () => {
    expect(textOf(systemd, acme, service)).toContain(
      'Wants=tenant@acme.2.service\nWants=tenant@acme.3.service\n',
    );
    const worker = textOf(systemd, acme, 'hosting/systemd/tenant@acme.3.service.d/tenantry.conf');
    expect(worker).toContain('Sockets=tenant@acme.socket\n');
    expect(worker).toContain('StopWhenUnneeded=yes\n');
  });

  it('finds no specifier in a path', () => {
    const text = textOf(systemd, samplePlan([sampleUnit('acme', { mediaRoot: '/srv/100% mine' })]), service);
    expect(text).toContain('BindPaths="/srv/100%% mine"\n');
  });
});

describe('a program of supervisord', () => {
  const program = (workers: number): string =>
    textOf(
      supervisord,
      samplePlan([sampleUnit('acme', { workers })]),
      'hosting/supervisord/tenant-acme.conf',
    );

  it('stays the same group, with the same socket, for a worker more', () => {
    expect(program(3)).toBe(program(1));
    expect(program(5)).toContain('numprocs=9\n');
  });

  it('belongs to its user and lets the edge server connect', () => {
    expect(program(1)).toContain('user=tn-acme\n');
    expect(program(1)).toContain(
      'socket=unix:///srv/app/run/acme.sock\nsocket_owner=tn-acme:www-data\nsocket_mode=0660\n',
    );
  });
});

describe('an embedded Postgres', () => {
  const plan = samplePlan([sampleUnit('acme')], { postgres: [samplePostgres] });
  const unitOf = (of: HostingPlan): string[] =>
    textOf(systemd, of, 'hosting/systemd/tenants-postgres-main.service').split('\n');

  it('is kept by a script, which follows the release while the unit stays as it is', () => {
    expect(textOf(startScripts, plan, 'scripts/tenants/postgres-main')).toContain(
      '\nexec /srv/app/current/bin/tenantry --home /srv/app postgres run --server main\n',
    );
  });

  it("is kept by a unit of the home's owner, which tells when it is ready and never takes the server along", () => {
    const lines = unitOf(plan);
    for (const line of [
      'ExecStart=/srv/app/scripts/tenants/postgres-main',
      ...['Type=notify', 'User=deploy', 'Group=deploy', 'KillMode=process', 'OOMPolicy=continue'],
      ...['CapabilityBoundingSet=', 'ProtectSystem=strict', 'ReadWritePaths=/srv/app /srv/app/postgres /tmp'],
    ]) {
      expect(lines).toContain(line);
    }
  });

  it('shares with the host what a server has to find there', () => {
    const tenant = textOf(systemd, plan, 'hosting/systemd/tenant@.service').split('\n');
    for (const line of ['PrivateIPC=yes', 'PrivateTmp=yes', 'PrivateUsers=yes', 'UMask=0027']) {
      expect(tenant).toContain(line);
      expect(unitOf(plan)).not.toContain(line);
    }
  });

  it("may become another user in root's home alone", () => {
    const ofRoot = unitOf({ ...plan, operator: { user: 'root', group: 'root' } }).join('\n');
    expect(ofRoot).toContain('CapabilityBoundingSet=CAP_CHOWN ');
    expect(ofRoot).not.toContain('@privileged');
    expect(unitOf(plan)).toContain('SystemCallFilter=~@privileged @resources');
  });

  it('comes before the tenants, at boot and whenever one starts', () => {
    const wanted = 'Wants=tenants-postgres-main.service\nAfter=tenants-postgres-main.service\n';
    expect(textOf(systemd, plan, 'hosting/systemd/tenant@.service')).toContain(wanted);
    expect(textOf(systemd, plan, 'hosting/systemd/tenants.target')).toContain(wanted);
    const without = systemd.generate(samplePlan([sampleUnit('acme')]));
    expect(without.map(({ text }) => text).join('')).not.toContain('postgres');
  });

  it('is a program of supervisord that starts before the tenants and stops after them', () => {
    const text = textOf(supervisord, plan, 'hosting/supervisord/tenants-postgres-main.conf');
    for (const line of [
      '[program:tenants-postgres-main]',
      'command=/srv/app/scripts/tenants/postgres-main',
      ...['user=deploy', 'priority=1', 'stopsignal=TERM', 'stopwaitsecs=90', 'exitcodes=0,78'],
    ]) {
      expect(text.split('\n')).toContain(line);
    }
  });
});
