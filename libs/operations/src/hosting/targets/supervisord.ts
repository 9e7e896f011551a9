import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  type FileChange,
  type HostingPlan,
  pathOf,
  postgresName,
  programName,
  startScriptFolder,
  startScripts,
  supervisord,
  type UnitPlan,
} from '#libs/hosting';
import { checkSupervisordPrograms } from '#libs/processes';
import { FailedError } from '#libs/settings';
import type { Dependencies } from '../../dependencies.js';
import { supervisordOf } from '../process-manager.js';
import { CheckFailed, type HostingTarget, type Installed, type Staged } from '../target.js';
import { endingWith, proveUnits, tellOfServers, unitsTouched } from './process-units.js';
import { checkScripts } from './start-scripts.js';

/** Programs that supervisord includes; only groups whose own file changed are taken down and up again. */
export function supervisordTarget(dependencies: Pick<Dependencies, 'home' | 'report'>): HostingTarget {
  const { home, report } = dependencies;
  const { dir, config } = home.host.hosting.supervisord;
  return {
    name: 'supervisord',
    folders: ['hosting/supervisord', startScriptFolder],
    installDir: dir,
    generate: (plan) => [...startScripts.generate(plan), ...supervisord.generate(plan)],
    check: checkPrograms,
    activate: async (installed) => {
      const manager = supervisordOf(config, installed.plan);
      const isInPlace = (program: string): boolean => existsSync(join(dir, `${program}.conf`));
      for (const program of await addServers(manager, installed.plan, isInPlace)) {
        report.done(`${program} keeps Postgres running, also after a reboot`);
      }
      tellOfServers(installed, dependencies);
      await activate(manager, installed);
    },
    prove: async (plan, answered) => {
      const running = await runningUnits(supervisordOf(config, plan), plan);
      return proveUnits(plan.units.filter(({ name }) => running.has(name) || answered.has(name)));
    },
  };
}

type Manager = ReturnType<typeof supervisordOf>;

export class SupervisordRefused extends FailedError {
  override readonly code = 'SUPERVISORD_REFUSED';
}

async function checkPrograms(staged: Staged): Promise<void> {
  await checkScripts(staged);
  const problem = await checkSupervisordPrograms(join(staged.folder, 'hosting/supervisord'));
  if (problem !== undefined)
    throw new CheckFailed(`supervisord: ${problem}`, { hint: 'Nothing was changed.' });
}

async function activate(manager: Manager, { plan, changes }: Installed): Promise<void> {
  const known = await manager.processes();
  const servers = serversOf(plan);
  // Servers that are needed are never taken down: what changed is obeyed from their next start on.
  const groups = changes.flatMap((change) => groupOf(change) ?? []).filter((name) => !servers.includes(name));
  const missing = plan.units
    .map(({ name }) => programName(plan, name))
    .filter((group) => !known.has(`${group}:0`));
  const toUpdate = [...new Set([...groups, ...missing])];
  await update(manager, toUpdate);
  const touched = unitsTouched(plan, changes, ({ name }) => [
    endingWith(`start-${name}`),
    endingWith('bin/serve'),
  ]);
  for (const { name } of touched) {
    const group = programName(plan, name);
    const isRunning = known.get(`${group}:1`)?.state === 'RUNNING';
    if (isRunning && !toUpdate.includes(group)) await manager.restart(name).catch(() => undefined);
  }
}

/** Programs that keep Postgres, and that supervisord does not know yet. They take over a server that runs. */
async function addServers(
  manager: Manager,
  plan: HostingPlan,
  isInPlace: (program: string) => boolean,
): Promise<string[]> {
  const known = await manager.processes();
  const added = serversOf(plan).filter((name) => !known.has(name) && isInPlace(name));
  await update(manager, added);
  for (const name of added) await untilRunning(manager, name);
  return added;
}

async function untilRunning(manager: Manager, program: string): Promise<void> {
  for (;;) {
    const { state = 'missing', words = '' } = (await manager.processes()).get(program) ?? {};
    if (state === 'RUNNING') return;
    if (state !== 'STARTING') throw new SupervisordRefused(`supervisord: ${program}: ${state} ${words}`);
    await sleep(200);
  }
}

function serversOf(plan: HostingPlan): string[] {
  return plan.postgres.map((each) => postgresName(plan, each));
}

async function update(manager: Manager, groups: readonly string[]): Promise<void> {
  if (groups.length === 0) return;
  const { stdout } = await manager.ctl('update', ...groups);
  const refused = stdout.split('\n').find((line) => /^ERROR|CANT_REREAD/i.test(line));
  if (refused !== undefined) throw new SupervisordRefused(`supervisord: ${refused}`);
}

/** `tenant-acme`, of `tenant-acme.conf`. */
function groupOf(change: FileChange): string | undefined {
  return /(?:^|\/)([^/]+)\.conf$/.exec(pathOf(change))?.[1];
}

async function runningUnits(manager: Manager, plan: HostingPlan): Promise<ReadonlySet<string>> {
  const known = await manager.processes();
  const isRunning = ({ name }: UnitPlan): boolean => {
    const state = known.get(`${programName(plan, name)}:1`)?.state;
    return state === 'RUNNING' || state === 'STARTING';
  };
  return new Set(plan.units.filter(isRunning).map(({ name }) => name));
}
