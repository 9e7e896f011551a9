import type { HostingPlan, NetworkPlan, PostgresPlan } from '../../plan.js';
import { unitWord } from '../quoting.js';

const withoutPrivileges = [
  'NoNewPrivileges=yes',
  'CapabilityBoundingSet=',
  'AmbientCapabilities=',
  'SystemCallArchitectures=native',
  'SystemCallFilter=@system-service',
  'SystemCallFilter=~@privileged @resources',
  'SystemCallErrorNumber=EPERM',
];

const apartFromOthers = [
  'PrivateTmp=yes',
  'PrivateDevices=yes',
  'DevicePolicy=closed',
  'PrivateUsers=yes',
  'PrivateIPC=yes',
  'PrivateMounts=yes',
  'ProtectProc=invisible',
  'ProcSubset=pid',
  'ProtectClock=yes',
  'ProtectControlGroups=yes',
  'ProtectHostname=yes',
  'ProtectKernelLogs=yes',
  'ProtectKernelModules=yes',
  'ProtectKernelTunables=yes',
  'RestrictNamespaces=yes',
  'RestrictRealtime=yes',
  'RestrictSUIDSGID=yes',
  'LockPersonality=yes',
  'RemoveIPC=yes',
  'KeyringMode=private',
];

/**
 * What no tenant's process needs. Each line is explained in systemd.exec(5). MemoryDenyWriteExecute is missing: V8
 * compiles to memory that it then executes.
 */
export function hardening({ home, tenantsDir }: Pick<HostingPlan, 'home' | 'tenantsDir'>): string[] {
  return hardeningFor([home, tenantsDir]);
}

/** `needed`: paths that it has to reach. */
function hardeningFor(needed: readonly string[]): string[] {
  const inHomes = needed.some((path) => /^\/(home|root|run\/user)(\/|$)/.test(path));
  return [
    ...withoutPrivileges,
    'ProtectSystem=strict',
    // The home itself may be below /home: then it can at least not be written.
    `ProtectHome=${inHomes ? 'read-only' : 'yes'}`,
    ...apartFromOthers,
    // The group of the edge server reads the media; everybody else nothing.
    'UMask=0027',
  ];
}

/**
 * The same for an embedded Postgres and the command that keeps it, but for what they need: the host's System V memory,
 * by which a server proves that nobody is left of one that ran before, unit or not; the host's processes, since it takes
 * over what a command has started; the host's /tmp, where its socket lies if the home's path is too long for one; and,
 * where the home is root's, to start the server as the owner of its data, as Postgres insists.
 */
export function postgresHardening(
  { home, operator }: Pick<HostingPlan, 'home' | 'operator'>,
  { command, dataParent }: PostgresPlan,
): string[] {
  const paths = [home, dataParent, ...command.filter((word) => word.startsWith('/'))];
  const lines = hardeningFor(paths).filter((line) => !neededByPostgres.has(line));
  const writable = [...new Set([home, dataParent, '/tmp'])];
  return [
    ...(operator.user === 'root' ? lines.flatMap((line) => neededByRoot.get(line) ?? line) : lines),
    `ReadWritePaths=${writable.map(unitWord).join(' ')}`,
    ...networkLines({ kind: 'addresses', addresses: [] }),
  ];
}

const neededByPostgres: ReadonlySet<string> = new Set([
  ...['PrivateTmp=yes', 'PrivateUsers=yes', 'PrivateIPC=yes', 'RemoveIPC=yes', 'ProtectProc=invisible'],
  // A lock's owner is known by the boot that it is of, which the kernel tells in /proc.
  'ProcSubset=pid',
  // Tenants' own users read where the server is.
  'UMask=0027',
]);

const neededByRoot: ReadonlyMap<string, readonly string[]> = new Map([
  [
    'CapabilityBoundingSet=',
    ['CapabilityBoundingSet=CAP_CHOWN CAP_DAC_OVERRIDE CAP_FOWNER CAP_KILL CAP_SETGID CAP_SETUID'],
  ],
  ['SystemCallFilter=~@privileged @resources', []],
]);

/** What of the network the process reaches. */
export function networkLines(network: NetworkPlan): string[] {
  switch (network.kind) {
    case 'unix':
      return ['PrivateNetwork=yes', 'RestrictAddressFamilies=AF_UNIX', 'IPAddressDeny=any'];
    case 'addresses':
      return [
        'RestrictAddressFamilies=AF_UNIX AF_INET AF_INET6',
        'IPAddressDeny=any',
        `IPAddressAllow=${['localhost', ...network.addresses].join(' ')}`,
      ];
    case 'any':
      return ['RestrictAddressFamilies=AF_UNIX AF_INET AF_INET6'];
  }
}

/** What of the home the process finds: no other tenant's folder, and none of what only the operator needs. */
export function fileLines(
  plan: Pick<HostingPlan, 'home' | 'tenantsDir'>,
  unit: { readonly tenantDir: string; readonly mediaRoot: string },
): string[] {
  const hidden = ['secrets.yaml', 'backups', 'state', 'hosting'].map((name) => `-${plan.home}/${name}`);
  return [
    `TemporaryFileSystem=${unitWord(`${plan.tenantsDir}:ro`)}`,
    `BindReadOnlyPaths=${unitWord(unit.tenantDir)} ${unitWord(`-${plan.tenantsDir}/_profiles`)}`,
    `BindPaths=${unitWord(unit.mediaRoot)}`,
    `InaccessiblePaths=${hidden.map(unitWord).join(' ')}`,
  ];
}
