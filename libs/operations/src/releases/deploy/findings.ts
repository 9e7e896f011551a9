import { InvalidSettings, type TenantryError, formatProblem } from '#libs/settings';

export const checkNames = [
  ...(['release', 'settings', 'servers', 'migrations', 'lint', 'disk', 'connections', 'processes', 'edge'] as const),
];
export type CheckName = (typeof checkNames)[number];

/** What preflight found. Anything `refused` keeps the deploy from beginning. */
export interface Finding {
  readonly check: CheckName;
  readonly level: 'refused' | 'warning';
  readonly tenant: string | null;
  readonly message: string;
  readonly hint: string | null;
  readonly file: string | null;
  readonly line: number | null;
}

type Details = Partial<Pick<Finding, 'tenant' | 'hint' | 'file' | 'line'>>;

export function refusal(check: CheckName, message: string, details: Details = {}): Finding {
  return { check, level: 'refused', tenant: null, message, hint: null, file: null, line: null, ...details };
}

export function warning(check: CheckName, message: string, details: Details = {}): Finding {
  return { ...refusal(check, message, details), level: 'warning' };
}

/** All that is wrong with one tenant's settings, not only what came first. */
export function settingsFindings(tenant: string, error: TenantryError): Finding[] {
  if (!(error instanceof InvalidSettings)) {
    const { message, hint = null, file = null, line = null } = error;
    return [refusal('settings', message, { tenant, hint, file, line })];
  }
  return error.problems.map((problem) => {
    const { hint = null, file, line = null } = problem;
    return refusal('settings', formatProblem(problem), { tenant, hint, file, line });
  });
}

export function findingText({ check, tenant, message, hint }: Finding): string {
  const named = tenant !== null && !message.startsWith(`${tenant}: `) ? `${tenant}: ${message}` : message;
  return `${check}: ${named}${hint === null ? '' : ` ${hint}`}`;
}
