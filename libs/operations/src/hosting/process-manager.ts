import { type HostingPlan, programName, serviceUnits, socketUnit } from '#libs/hosting';
import { type ProcessManager, SupervisordManager, SystemdManager } from '#libs/processes';
import type { Dependencies } from '../dependencies.js';

type Named = Pick<HostingPlan, 'unitPrefix' | 'units' | 'processes'>;

/** The process manager of tenantry.yaml, unless it is our own supervisor. */
export function managerOf({ home }: Pick<Dependencies, 'home'>, plan: Named): ProcessManager | undefined {
  switch (plan.processes) {
    case 'systemd':
      return systemdOf(plan);
    case 'supervisord':
      return supervisordOf(home.host.hosting.supervisord.config, plan);
    case 'embedded':
      return undefined;
  }
}

function systemdOf(plan: Named): SystemdManager {
  return new SystemdManager({
    namesOf: (name) => ({
      socket: socketUnit(plan, name),
      services: serviceUnits(plan, { name, workers: workersOf(plan, name) }),
    }),
  });
}

export function supervisordOf(config: string, plan: Named): SupervisordManager {
  return new SupervisordManager({
    config,
    namesOf: (name) => ({ group: programName(plan, name), workers: workersOf(plan, name) }),
  });
}

function workersOf({ units }: Named, name: string): number {
  return units.find((unit) => unit.name === name)?.workers ?? 1;
}
