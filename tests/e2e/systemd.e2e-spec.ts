import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { entry, pinnedNode, type Ran } from '../support/command-line.js';
import { sendVisitorsScript } from '../support/steady-visitors.js';
import { bootSystemd, type SystemdBox } from '../support/systemd-box.js';

const booted = await bootSystemd();
if (typeof booted === 'string') console.warn(`No systemd of its own for this test: ${booted}.`);

const home = '/srv/app';
const socket = `${home}/run/acme.sock`;

(typeof booted === 'string' ? describe.skip : describe)('tenants under systemd', () => {
  const box = booted as SystemdBox;
  const run = (words: string): Promise<Ran> => box.run(`cd ${home} && '${pinnedNode}' '${entry}' ${words}`);
  const done = async (words: string): Promise<Ran> => {
    const ran = await run(words);
    if (ran.code !== 0) throw new Error(`tenantry ${words}: exit ${ran.code}\n${ran.stderr}\n${ran.stdout}`);
    return ran;
  };
  /** The Postgres that the creation of tenants has started. */
  let before: number;
  const show = async (unit: string, property: string): Promise<string> =>
    (await box.run(`systemctl show --value -p ${property} ${unit}`)).stdout.trim();

  beforeAll(async () => {
    await box.run(`mkdir -p ${home} && '${pinnedNode}' '${entry}' init ${home}`);
    await done('tenant create acme');
    await done('tenant create liberty');
    await box.run(`printf 'processes: systemd\\n' >>${home}/tenantry.yaml`);
    await box.run(`printf 'process: { idleStop: 3s }\\n' >>${home}/tenants/liberty/settings.yaml`);
  }, 120_000);

  afterAll(() => box.remove(), 60_000);

  it('answer as users of their own once applied, hardened, with secrets that only systemd reads', async () => {
    before = (await done('postgres status --json')).json<{ pid: number }>().pid;
    const { stdout } = await done('hosting apply --users');
    expect(stdout).toContain('2 of 2 that run answer');
    expect(await show('tenant@acme.service', 'User')).toBe('tn-acme');
    expect((await box.run(`stat -c '%U %a' ${home}/tenants/acme/secrets.yaml`)).stdout.trim()).toBe(
      'root 600',
    );
    expect((await done('hosting apply')).stdout).toContain('Nothing to change');
  }, 120_000);

  it('find their Postgres, which a unit of its own took over, keeps and starts at boot', async () => {
    const unit = 'tenants-postgres-main.service';
    const serverIs = `head -n 1 ${home}/postgres/main/postmaster.pid`;
    const server = async (): Promise<string> => (await box.run(serverIs)).stdout.trim();
    const { keeper, pid } = (await done('postgres status --json')).json<{ keeper: number; pid: number }>();
    expect(pid).toBe(before);
    expect(await show(unit, 'MainPID')).toBe(String(keeper));
    // Whoever keeps it dies: the server does not.
    await box.run(`systemctl kill --kill-whom=main --signal=KILL ${unit}`);
    await box.run(
      `for try in $(seq 50); do [ "$(systemctl show --value -p NRestarts ${unit})" = 1 ] && systemctl is-active -q ${unit} && break; sleep 0.2; done`,
    );
    expect(await show(unit, 'ActiveState')).toBe('active');
    expect(await server()).toBe(String(before));
    // As at boot, once all is down.
    await done('postgres stop');
    expect(await show(unit, 'ActiveState')).toBe('inactive');
    await box.run('systemctl stop tenants.target tenant@acme.service; systemctl start tenants.target');
    expect(await show(unit, 'ActiveState')).toBe('active');
    const owner = await box.run(`stat -c %U ${home}/postgres/main; ps -o user= -p $(${serverIs})`);
    expect(new Set(owner.stdout.trim().split(/\s+/)).size).toBe(1);
    expect(owner.stdout).not.toContain('root');
    await done('start --all');
  }, 120_000);

  it("cannot read another's overlay or media, nor connect to its socket", async () => {
    const asAcme = (command: string): Promise<Ran> =>
      box.run(`setpriv --reuid=tn-acme --regid=tn-acme --clear-groups ${command}`);
    expect((await asAcme(`cat ${home}/tenants/acme/settings.yaml`)).code).toBe(0);
    for (const command of [
      `cat ${home}/tenants/liberty/settings.yaml`,
      `cat ${home}/tenants/acme/secrets.yaml`,
      `ls ${home}/tenants/liberty/media`,
      `curl -sS --unix-socket ${home}/run/liberty.sock http://x/`,
    ]) {
      expect([command, (await asAcme(command)).stderr]).toEqual([
        command,
        expect.stringMatching(/Permission denied|Failed to connect|Couldn't connect/),
      ]);
    }
  }, 60_000);

  it('stop when idle, and start on their first request', async () => {
    await box.run(
      'for try in $(seq 100); do systemctl is-active -q tenant@liberty.service || break; sleep 0.2; done',
    );
    expect(await show('tenant@liberty.service', 'ActiveState')).toBe('inactive');
    const answer = await box.run(`curl -sf --unix-socket ${home}/run/liberty.sock http://x/health/ready`);
    expect(answer.json()).toMatchObject({ tenant: 'liberty', status: 'ready' });
  }, 120_000);

  it('lose no request by a restart, nor by an apply that gives them workers and memory', async () => {
    const visitors = join(home, 'visitors.mjs');
    await box.run(`cat >${visitors} <<'END'\n${sendVisitorsScript}\nEND`);
    const visited = box.run(`'${pinnedNode}' ${visitors} ${socket} acme.localhost ${home}/stop`);
    await done('restart acme');
    await done('settings set acme process.workers 2');
    await done('settings set acme process.memory 160MB');
    await box.run(`touch ${home}/stop`);
    const { answered, failures } = (await visited).json<{ answered: number; failures: object }>();
    expect(failures).toEqual({});
    expect(answered).toBeGreaterThan(20);
    expect(await show('tenant@acme.2.service', 'ActiveState')).toBe('active');
  }, 240_000);

  it('are not started again and again when they refuse to', async () => {
    await box.run(`mv ${home}/tenants/acme/media/.tenant ${home}/stamp`);
    expect((await run('restart acme')).code).toBe(1);
    expect(await show('tenant@acme.service', 'NRestarts')).toBe('0');
    await box.run(`mv ${home}/stamp ${home}/tenants/acme/media/.tenant`);
    await done('restart acme');
  }, 120_000);

  it('go with their folder', async () => {
    await box.run(`rm -r ${home}/tenants/liberty`);
    await done('hosting apply');
    const left = await box.run(
      "ls -d /etc/systemd/system/*liberty*; systemctl list-units --all 'tenant@liberty*' --no-legend",
    );
    expect(left.stdout).toBe('');
  }, 60_000);
});
