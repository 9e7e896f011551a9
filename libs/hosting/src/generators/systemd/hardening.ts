import type { HostingPlan, NetworkPlan } from '../../plan.js';
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
  const inHomes = [home, tenantsDir].some((path) => /^\/(home|root|run\/user)(\/|$)/.test(path));
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
