import { join } from 'node:path';
import {
  type FileChange,
  type HostingPlan,
  pathOf,
  programName,
  startScriptFolder,
  startScripts,
  supervisord,
} from '#libs/hosting';
import { checkSupervisordPrograms } from '#libs/processes';
import { FailedError } from '#libs/settings';
import type { Dependencies } from '../../dependencies.js';
import { supervisordOf } from '../process-manager.js';
import { CheckFailed, type HostingTarget, type Installed, type Proof, type Staged } from '../target.js';
import { endingWith, proveUnits, unitsTouched } from './process-units.js';
import { checkScripts } from './start-scripts.js';

/** Programs that supervisord includes; only groups whose own file changed are taken down and up again. */
export function supervisordTarget(dependencies: Pick<Dependencies, 'home' | 'report'>): HostingTarget {
  const { home } = dependencies;
  const { dir, config } = home.host.hosting.supervisord;
  return {
    name: 'supervisord',
    folders: ['hosting/supervisord', startScriptFolder],
    installDir: dir,
    generate: (plan) => [...startScripts.generate(plan), ...supervisord.generate(plan)],
    check: checkPrograms,
    activate: async (installed) => activate(supervisordOf(config, installed.plan), installed),
    prove: async (plan) => prove(supervisordOf(config, plan), plan),
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
  const groups = changes.flatMap((change) => groupOf(change) ?? []);
  const missing = plan.units
    .map(({ name }) => programName(plan, name))
    .filter((group) => !known.has(`${group}:0`));
  const toUpdate = [...new Set([...groups, ...missing])];
  if (toUpdate.length > 0) {
    const { stdout } = await manager.ctl('update', ...toUpdate);
    const refused = stdout.split('\n').find((line) => /^ERROR|CANT_REREAD/i.test(line));
    if (refused !== undefined) throw new SupervisordRefused(`supervisord: ${refused}`);
  }
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

/** `tenant-acme`, of `tenant-acme.conf`. */
function groupOf(change: FileChange): string | undefined {
  return /(?:^|\/)([^/]+)\.conf$/.exec(pathOf(change))?.[1];
}

async function prove(manager: Manager, plan: HostingPlan): Promise<readonly Proof[]> {
  const known = await manager.processes();
  return proveUnits(
    plan.units.filter(({ name }) => {
      const state = known.get(`${programName(plan, name)}:1`)?.state;
      return state === 'RUNNING' || state === 'STARTING';
    }),
  );
}
