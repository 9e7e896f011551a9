import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { checkShellScript, checkSystemdUnits } from '#libs/processes';
import type { HostingPlan, UnitPlan } from '../../plan.js';
import { samplePlan, samplePostgres, sampleUnit } from '../../testing/sample-plan.js';
import { startScripts } from '../start-scripts.js';
import { systemd } from './systemd.js';

const isThere = spawnSync('systemd-analyze', ['--version']).status === 0;
if (!isThere) console.warn('systemd-analyze is missing: generated units are not checked.');

let home: string;
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'units of a home-'));
});
afterEach(() => rmSync(home, { recursive: true, force: true }));

function write(units: readonly UnitPlan[], operator = { user: 'root', group: 'root' }): string {
  const command = ['/bin/sh', '-c', 'tenantry', '--home', home];
  const postgres = [{ ...samplePostgres, command, dataParent: join(home, 'postgres') }];
  const plan: HostingPlan = samplePlan(units, { home, operator, postgres });
  for (const { path, text, mode } of [...startScripts.generate(plan), ...systemd.generate(plan)]) {
    mkdirSync(dirname(join(home, path)), { recursive: true });
    writeFileSync(join(home, path), text, { mode: mode ?? 0o644 });
  }
  return join(home, 'hosting/systemd');
}

/** The overall exposure: 10 is a unit without any protection. */
function exposureOf(folder: string, unit: string): number {
  if (!existsSync(join(folder, unit))) symlinkSync('tenant@.service', join(folder, unit));
  const { stdout } = spawnSync('systemd-analyze', ['security', '--offline=true', '--no-pager', `./${unit}`], {
    cwd: folder,
    encoding: 'utf8',
    env: { ...process.env, SYSTEMD_UNIT_PATH: `${folder}:` },
  });
  return Number(/exposure level for \S+: ([\d.]+)/.exec(stdout)?.[1]);
}

(isThere ? describe : describe.skip)('units of systemd', () => {
  it('are what systemd takes, for 200 tenants in a folder with a space', async () => {
    const many = Array.from({ length: 197 }, (_, index) => sampleUnit(`tenant-${index}`));
    const special = [
      sampleUnit('acme', { workers: 3, cpuWeight: 50, tasksMax: 40 }),
      sampleUnit('liberty', { listen: { host: '::1', port: 9001 }, network: { kind: 'any' } }),
      sampleUnit('liberty.kids', { network: { kind: 'addresses', addresses: ['10.0.0.0/8'] } }),
    ];
    expect(await checkSystemdUnits(write([...special, ...many]))).toBeUndefined();
    expect(await checkShellScript(join(home, 'scripts/tenants/start-liberty.kids'))).toBeUndefined();
  }, 60_000);

  it('are refused with what systemd says of them', async () => {
    const folder = write([sampleUnit('acme', { cpuWeight: 70_000 }), sampleUnit('zed')]);
    expect(await checkSystemdUnits(folder)).toContain('70000');
    rmSync(join(home, 'scripts/tenants/start-zed'));
    expect(await checkSystemdUnits(folder)).toContain('start-zed is not executable');
  });

  it('expose as little as they can', () => {
    const folder = write([
      sampleUnit('acme'),
      sampleUnit('zed', { network: { kind: 'addresses', addresses: [] } }),
    ]);
    expect(exposureOf(folder, 'tenant@acme.service')).toBeLessThanOrEqual(0.4);
    expect(exposureOf(folder, 'tenant@zed.service')).toBeLessThanOrEqual(1.1);
    expect(exposureOf(folder, 'tenants-postgres-main.service')).toBeLessThanOrEqual(3.3);
    const own = write([], { user: 'daemon', group: 'daemon' });
    expect(exposureOf(own, 'tenants-postgres-main.service')).toBeLessThanOrEqual(1.7);
  });
});
