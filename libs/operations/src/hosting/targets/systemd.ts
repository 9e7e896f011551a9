import { existsSync } from 'node:fs';
import { basename, join } from 'node:path';
import {
  type FileChange,
  type HostingPlan,
  pathOf,
  postgresName,
  postgresUnit,
  serviceUnit,
  serviceUnits,
  socketUnit,
  startScriptFolder,
  startScripts,
  systemd,
  targetUnit,
  type UnitPlan,
} from '#libs/hosting';
import { checkSystemdUnits, type ShownUnit, showUnits, startAnew, systemctl } from '#libs/processes';
import type { Dependencies } from '../../dependencies.js';
import { forEachOf } from '../../outcome.js';
import { managerOf } from '../process-manager.js';
import { CheckFailed, type HostingTarget, type Installed, type Proof, type Staged } from '../target.js';
import { endingWith, proveUnits, tellOfServers, unitsTouched } from './process-units.js';
import { checkScripts } from './start-scripts.js';

/** Units in systemd's own folder; their sockets are started, what is touched restarts one process after the other. */
export function systemdTarget(dependencies: Pick<Dependencies, 'home' | 'report'>): HostingTarget {
  return new SystemdTarget(dependencies);
}

class SystemdTarget implements HostingTarget {
  readonly name = 'systemd';
  readonly folders = ['hosting/systemd', startScriptFolder];
  readonly installDir: string;
  /** Units that have to answer although they did not run before. */
  readonly #added = new Set<string>();

  constructor(private readonly dependencies: Pick<Dependencies, 'home' | 'report'>) {
    this.installDir = dependencies.home.host.hosting.systemd.dir;
  }

  generate(plan: HostingPlan) {
    return [...startScripts.generate(plan), ...systemd.generate(plan)];
  }

  async check(staged: Staged): Promise<void> {
    await checkScripts(staged);
    const problem = await checkSystemdUnits(join(staged.folder, 'hosting/systemd'));
    if (problem === undefined) return;
    throw new CheckFailed(`systemd-analyze verify: ${problem}`, { hint: 'Nothing was changed.' });
  }

  async beforeChange({ plan, changes }: Installed): Promise<void> {
    const gone = changes
      .filter(({ kind }) => kind === 'removed')
      .flatMap((change) => unitOfDropIn(change) ?? postgresNoLongerIn(plan, change) ?? []);
    if (gone.length > 0) await systemctl('stop', ...new Set(gone));
  }

  async activate(installed: Installed): Promise<void> {
    const { plan, changes } = installed;
    const target = targetUnit(plan);
    if (changes.length > 0) await systemctl('daemon-reload');
    if ((await showUnits([target])).get(target)?.['UnitFileState'] !== 'enabled') {
      await systemctl('enable', '--quiet', target);
    }
    tellOfServers(installed, this.dependencies);
    await this.#keepPostgres(plan);
    const before = await activeUnits(plan);
    await this.#renewSockets(plan, changes);
    await this.#startSockets(plan);
    const touched = unitsTouched(plan, changes, (unit) => serviceFilesOf(plan, unit));
    const manager = managerOf(this.dependencies, plan);
    await forEachOf(
      touched.filter(({ name }) => before.has(name)),
      2,
      // Whether it came up again is seen by a request afterwards.
      async ({ name }) => manager?.restart(name).catch(() => undefined),
    );
  }

  async prove(plan: HostingPlan, answered: ReadonlySet<string>): Promise<readonly Proof[]> {
    const all = (await activeUnits(plan)).union(answered).union(this.#added);
    return proveUnits(plan.units.filter(({ name }) => all.has(name)));
  }

  /** A server that runs is taken over as it is; a unit that changed is obeyed from its next start on. */
  async #keepPostgres(plan: HostingPlan): Promise<void> {
    const known = plan.postgres
      .map((postgres) => postgresUnit(plan, postgres))
      .filter((unit) => existsSync(join(this.installDir, unit)));
    const shown = await showUnits(known);
    for (const unit of known.filter((name) => isFresh(shown.get(name)))) {
      await startAnew(unit);
      this.dependencies.report.done(`${unit} keeps Postgres running, also after a reboot`);
    }
  }

  /** A socket at another path, or with another owner, is another socket: its service cannot keep the old one. */
  async #renewSockets(plan: HostingPlan, changes: readonly FileChange[]): Promise<void> {
    const changed = changes.filter(({ kind }) => kind === 'changed');
    const units = unitsTouched(plan, changed, ({ name }) => [
      endingWith(`${socketUnit(plan, name)}.d/tenantry.conf`),
      endingWith(`${plan.unitPrefix}@.socket`),
    ]);
    for (const unit of units) {
      const services = serviceUnits(plan, unit);
      await systemctl('stop', socketUnit(plan, unit.name), ...services);
      await systemctl('start', socketUnit(plan, unit.name));
    }
  }

  /** Those that were never started since the system was, or have given up; what the operator has stopped stays so. */
  async #startSockets(plan: HostingPlan): Promise<void> {
    const names = plan.units.filter(({ isSuspended }) => !isSuspended).map(({ name }) => name);
    const shown = await showUnits(names.map((name) => socketUnit(plan, name)));
    const fresh = names.filter((name) => isFresh(shown.get(socketUnit(plan, name))));
    if (fresh.length === 0) return;
    for (const name of fresh) this.#added.add(name);
    const sockets = fresh.map((name) => socketUnit(plan, name));
    // One that had given up would refuse to be started.
    await systemctl('reset-failed', ...sockets).catch(() => undefined);
    await systemctl('start', targetUnit(plan), ...sockets);
  }
}

function isFresh(unit: ShownUnit | undefined): boolean {
  if (unit === undefined || unit['ActiveState'] === 'failed') return true;
  return unit['ActiveState'] !== 'active' && (unit['InactiveEnterTimestampMonotonic'] ?? '0') === '0';
}

/** Its unit, where the file of a server is removed that tenantry.yaml has no more: the others serve on, file or not. */
function postgresNoLongerIn(plan: HostingPlan, change: FileChange): string | undefined {
  const unit = basename(pathOf(change));
  const isPostgres = unit.startsWith(postgresName(plan, { server: '' })) && unit.endsWith('.service');
  return isPostgres && !plan.postgres.some((each) => postgresUnit(plan, each) === unit) ? unit : undefined;
}

/** `tenant@acme.service`, of whose drop-in this is. */
function unitOfDropIn(change: FileChange): string | undefined {
  return /([^/]+@[^/]+\.(?:service|socket))\.d\/[^/]+$/.exec(pathOf(change))?.[1];
}

function serviceFilesOf(plan: HostingPlan, unit: UnitPlan): RegExp[] {
  const services = serviceUnits(plan, unit).map((name) => endingWith(`${name}.d/tenantry.conf`));
  return [...services, endingWith(`start-${unit.name}`), endingWith(`${plan.unitPrefix}@.service`)];
}

/** Names of units of which a process runs. */
async function activeUnits(plan: HostingPlan): Promise<ReadonlySet<string>> {
  const shown = await showUnits(plan.units.map(({ name }) => serviceUnit(plan, name)));
  const isActive = ({ name }: UnitPlan): boolean =>
    shown.get(serviceUnit(plan, name))?.['ActiveState'] === 'active';
  return new Set(plan.units.filter(isActive).map(({ name }) => name));
}
