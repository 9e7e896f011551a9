import type { HostingPlan, PostgresPlan, UnitPlan, VhostPlan } from '../plan.js';

/** A unit as most are; `name` may be `liberty.kids`. */
export function sampleUnit(name: string, differences: Partial<UnitPlan> = {}): UnitPlan {
  const [tenant = '', site] = name.split('.');
  const tenantDir = `/srv/app/tenants/${tenant}`;
  return {
    ...{ name, tenant, site, app: 'web', tenantDir, workers: 1, isSuspended: false, edgeGroup: 'www-data' },
    release: { id: '1.0.0', path: '/srv/app/current', isHeld: false },
    environment: {
      TENANT: tenant,
      TENANTRY_HOME: '/srv/app',
      ...(site === undefined ? {} : { TENANT_SITE: site }),
    },
    user: { user: `tn-${tenant}`, group: `tn-${tenant}` },
    listen: { socket: `/srv/app/run/${name}.sock` },
    ...{ memoryBytes: 128 * 1024 * 1024, cpuWeight: undefined, tasksMax: undefined, idleStopMs: 1_800_000 },
    ...{ startTimeoutMs: 30_000, drainTimeoutMs: 30_000, logFile: `/srv/app/run/log/${name}.log` },
    network: { kind: 'unix' },
    mediaRoot: `${tenantDir}/media`,
    settingsFile: `${tenantDir}/settings.yaml`,
    secretsFile: `${tenantDir}/secrets.yaml`,
    ...differences,
  };
}

/** The embedded server that a home has unless it names others. */
export const samplePostgres: PostgresPlan = {
  server: 'main',
  command: ['/srv/app/current/bin/tenantry', '--home', '/srv/app', 'postgres', 'run', '--server', 'main'],
  dataParent: '/srv/app/postgres',
  logFile: '/srv/app/run/log/postgres-main.run.log',
};

export function samplePlan(units: readonly UnitPlan[], differences: Partial<HostingPlan> = {}): HostingPlan {
  return {
    home: '/srv/app',
    current: '/srv/app/current',
    tenantsDir: '/srv/app/tenants',
    runDir: '/srv/app/run',
    socketsDir: '/srv/app/run',
    logDir: '/srv/app/run/log',
    operator: { user: 'deploy', group: 'deploy' },
    processes: 'systemd',
    unitPrefix: 'tenant',
    hasOwnUsers: true,
    edge: { kind: 'nginx', httpPort: 80, httpsPort: 443, trustedProxies: [] },
    postgres: [],
    units,
    vhosts: units.map(vhostOf),
    ...differences,
  };
}

function vhostOf({ tenant, site, name, mediaRoot }: UnitPlan): VhostPlan {
  return {
    ...{ tenant, site, unit: name, title: tenant, tls: undefined, isSuspended: false },
    hosts: [`${tenant}.example.app`],
    colors: { primary: '#0a5c74', background: '#f7f7f5', text: '#1d2327' },
    media: { publicDir: `${mediaRoot}/public`, privateDir: `${mediaRoot}/private` },
    ...{ uploadLimitBytes: 10_485_760, bodyLimitBytes: 1_048_576, requestTimeoutMs: 90_000 },
    accessLog: `/srv/app/run/log/${name}.access.log`,
    errorLog: `/srv/app/run/log/${name}.error.log`,
  };
}
