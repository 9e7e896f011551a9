import { statSync } from 'node:fs';
import { join } from 'node:path';
import type { HostingPlan } from '#libs/hosting';
import { findConflicts, type LoadedSettings, type TenantName } from '#libs/settings';
import type { Dependencies } from '../dependencies.js';
import { claimedTwice, loadFleet, rightfulOwner } from '../fleet.js';
import { isCreated } from '../tenants/created.js';
import { type OsAccounts, readOsAccounts } from './os-accounts.js';
import { planEdge } from './plan-edge.js';
import { planPostgres } from './plan-postgres.js';
import { planUnits } from './plan-unit.js';
import { planVhosts } from './plan-vhosts.js';

export interface PlannedHosting {
  readonly plan: HostingPlan;
  /** Tenants that cannot be planned, and why: their files stay as they are. */
  readonly broken: ReadonlyMap<TenantName, Error>;
}

/** What the host is to look like, from the overlays as they are now. One broken overlay stops no other. */
export async function makeHostingPlan(dependencies: Dependencies): Promise<PlannedHosting> {
  const fleet = await loadFleet(dependencies);
  const { sound, lost, isOurs } = settleConflicts(dependencies, fleet.loaded);
  const accounts = readOsAccounts();
  const base = basePlan(dependencies, accounts);
  const around = { dependencies, accounts, plan: base, edgeGroup: edgeGroupOf(dependencies, base) };
  const created = sound.filter(isCreated).sort((one, other) => (one.tenant < other.tenant ? -1 : 1));
  return {
    plan: {
      ...base,
      units: created.flatMap((loaded) => planUnits(around, loaded)),
      vhosts: created.flatMap((loaded) =>
        planVhosts(dependencies, loaded, (host) => isOurs(loaded.tenant, host)),
      ),
    },
    broken: new Map([...fleet.broken, ...lost]),
  };
}

type BasePlan = Omit<HostingPlan, 'units' | 'vhosts'>;

function basePlan(dependencies: Dependencies, accounts: OsAccounts): BasePlan {
  const { paths, host } = dependencies.home;
  const { uid, gid } = statSync(paths.home);
  const { processes, hosting } = host;
  return {
    ...{ home: paths.home, current: paths.current, tenantsDir: paths.tenants, processes },
    ...{ runDir: paths.run, socketsDir: paths.sockets, logDir: join(paths.run, 'log') },
    operator: accounts.userOf(uid, gid),
    unitPrefix: hosting.unit,
    hasOwnUsers: processes !== 'embedded' && hosting.users === 'own',
    edge: planEdge(host),
    // Our own supervisor looks after them by itself.
    postgres: processes === 'embedded' ? [] : planPostgres(dependencies),
  };
}

/** As Debian's packages name them. */
const edgeGroups = { nginx: 'www-data', apache: 'www-data', caddy: 'caddy' } as const;

function edgeGroupOf({ home }: Dependencies, { edge, operator }: BasePlan): string {
  const named = edge.kind === 'gateway' ? operator.group : edgeGroups[edge.kind];
  return home.host.hosting.edgeGroup ?? named;
}

interface Settled {
  readonly sound: LoadedSettings[];
  /** Claim what is another tenant's. */
  readonly lost: ReadonlyMap<TenantName, Error>;
  /** A host that two claim is the one's that had it, or nobody's. */
  readonly isOurs: (tenant: TenantName, host: string) => boolean;
}

function settleConflicts(
  dependencies: Dependencies,
  loaded: ReadonlyMap<TenantName, LoadedSettings>,
): Settled {
  const lost = new Map<TenantName, Error>();
  const hosts = new Map<string, TenantName | undefined>();
  for (const conflict of findConflicts(loaded.values())) {
    const owner = rightfulOwner(dependencies, conflict, loaded);
    if (conflict.kind === 'host') hosts.set(conflict.value, owner);
    for (const tenant of conflict.tenants) {
      if (tenant !== owner) lost.set(tenant, claimedTwice(conflict, tenant));
    }
  }
  return {
    sound: [...loaded.values()].filter(({ tenant }) => !lost.has(tenant)),
    lost,
    isOurs: (tenant, host) => !hosts.has(host) || hosts.get(host) === tenant,
  };
}
