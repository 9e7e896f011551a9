import type { HostingPlan, UnitPlan } from './plan.js';

/** Whom a path has to belong to, and who may do what with it. */
export interface Ownership {
  readonly path: string;
  readonly user: string;
  readonly group: string;
  /** Of the path itself, if it is a folder; those below it get the same, files without the x. */
  readonly mode: number;
  readonly isDeep: boolean;
}

/** Folders that all tenants pass through: whoever knows a name below may go there, nobody lists them. */
export interface Passage {
  readonly path: string;
}

export interface OwnershipPlan {
  readonly passages: readonly Passage[];
  readonly owned: readonly Ownership[];
  /** Users that have to exist, each with a group of its own. */
  readonly users: readonly { readonly user: string; readonly group: string; readonly home: string }[];
}

/** Who owns what when each tenant has a user of its own: the operator writes overlays, the tenant its media alone. */
export function planOwnership(plan: HostingPlan): OwnershipPlan {
  const passages = [plan.home, plan.tenantsDir, plan.runDir, plan.socketsDir].map((path) => ({ path }));
  const tenants = plan.units.filter(({ site }) => site === undefined);
  return {
    passages: passages.filter(
      ({ path }, index) => passages.findIndex((each) => each.path === path) === index,
    ),
    owned: tenants.flatMap((unit) => ownedBy(plan, unit)),
    users: tenants.map(({ user, tenantDir }) => ({ ...user, home: tenantDir })),
  };
}

function ownedBy(plan: HostingPlan, unit: UnitPlan): Ownership[] {
  const { operator, processes } = plan;
  const { user, group } = unit.user;
  // New files get the tenant's group, by which it reads what the operator writes.
  const folder = { user: operator.user, group, mode: 0o2751, isDeep: false };
  const readable = { user: operator.user, group, mode: 0o640, isDeep: false };
  // systemd reads it as root and hands it over; elsewhere the process opens it itself.
  const reader = processes === 'systemd' ? operator : unit.user;
  return [
    { path: unit.tenantDir, ...folder },
    { path: unit.settingsFile, ...readable },
    { path: `${unit.tenantDir}/templates`, ...readable, mode: 0o2750, isDeep: true },
    ...(unit.secretsFile === undefined
      ? []
      : [{ path: unit.secretsFile, user: reader.user, group: reader.group, mode: 0o600, isDeep: false }]),
    // The edge server reads the files; what the process writes gets its group.
    { path: unit.mediaRoot, user, group: unit.edgeGroup, mode: 0o2750, isDeep: true },
  ];
}
