import type { TenantName } from '#libs/settings';
import { type FindingId, type Severity, severities } from './catalog.js';

/** One thing that is not as it should be. */
export interface Finding {
  readonly id: FindingId;
  readonly severity: Severity;
  /** Null for what concerns the home or a server. */
  readonly tenant: string | null;
  /** A file, relative to the home where it is in it; a server, a database, a role. */
  readonly where: string;
  readonly what: string;
  /** What is there instead; null where `what` says it all. */
  readonly found: string | null;
  /** The command to type, or what `--fix` does. */
  readonly fix: string;
  /** Whether `doctor --fix` mends it. */
  readonly isSafe: boolean;
}

/** What `--fix` does about one or more findings. */
export interface Repair {
  /** The same for findings that are mended by one act. */
  readonly key: string;
  readonly tenant: TenantName | null;
  /** `close the database tenant_acme to everybody but its roles`. */
  readonly does: string;
  readonly run: () => Promise<void> | void;
}

export interface Found {
  readonly finding: Finding;
  readonly repair: Repair | undefined;
}

export interface Told {
  readonly tenant?: string | undefined;
  readonly where: string;
  readonly what: string;
  readonly found?: string | undefined;
  /** Default: what the repair does. */
  readonly fix?: string;
  readonly repair?: Repair | undefined;
}

/** A finding of a kind that the catalog has. */
export function found(id: FindingId, told: Told): Found {
  const { tenant = null, where, what, repair } = told;
  const finding: Finding = {
    ...{ id, severity: severities[id], tenant, where, what },
    found: told.found ?? null,
    fix: told.fix ?? (repair === undefined ? '' : `tenantry doctor --fix (${repair.does})`),
    isSafe: repair !== undefined,
  };
  return { finding, repair };
}
