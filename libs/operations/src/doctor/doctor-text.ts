import { styleText } from 'node:util';
import type { Finding } from './finding.js';
import type { Severity } from './catalog.js';
import type { Mended } from './mend.js';

export interface DoctorTold {
  readonly run: string | null;
  /** Null where the home could not be opened. */
  readonly tenants: number | null;
  readonly servers: number | null;
  readonly counts: Readonly<Record<Severity, number>>;
  readonly fixed: readonly Mended[];
  readonly findings: readonly Finding[];
}

/** So many alike are told one by one; of more, these and how many others. */
const mostAlike = 4;

/** For a person who was woken by it: what is worst comes first, and each says what to type. */
export function doctorText({ run, tenants, servers, counts, fixed, findings }: DoctorTold): string {
  const blocks = [...Map.groupBy(findings, ({ id }) => id).values()].flatMap(tellAlike);
  const size =
    tenants === null || servers === null
      ? 'The home cannot be opened'
      : `${count(tenants, 'tenant')}, ${count(servers, 'server')}`;
  const parts = (['error', 'warning', 'note'] as const).filter((severity) => counts[severity] > 0);
  const sum = parts.map((severity) => count(counts[severity], severity)).join(', ');
  return [
    ...mendedText(fixed, run),
    ...blocks,
    `${size}: ${sum === '' ? 'all is as it should be' : sum}.`,
    ...nextText(findings),
  ].join('\n');
}

function nextText(findings: readonly Finding[]): string[] {
  const safe = findings.filter(({ isSafe }) => isSafe).length;
  if (safe === 0) return [];
  const isAll = safe === findings.length;
  const which = safe === 1 ? 'One of them is' : `${safe} of them are`;
  return [`${isAll ? 'All of it is' : which} mended by: tenantry doctor --fix`];
}

function mendedText(fixed: readonly Mended[], run: string | null): string[] {
  if (run === null) return [];
  const lines = fixed.map(({ tenant, did, error }) => {
    const text = `${tenant === null ? '' : `${tenant}: `}${did}`;
    return error === null
      ? `${styleText('green', '✔')} ${text}`
      : `${styleText('red', '✖')} ${text}: ${error}`;
  });
  return [...lines, `Run ${run}.`, ''];
}

const marks = {
  error: styleText('red', '✖ error  '),
  warning: styleText('yellow', '! warning'),
  note: styleText('dim', '· note   '),
} as const;

function tellAlike(alike: readonly Finding[]): string[] {
  const shown = alike.slice(0, mostAlike).flatMap(tell);
  const others = alike.slice(mostAlike);
  if (others.length === 0) return shown;
  const names = others.slice(0, 10).map(({ tenant, where }) => tenant ?? where);
  const more = others.length > names.length ? ', …' : '';
  const [first] = others;
  return [
    ...shown,
    `${first ? marks[first.severity] : ''}  ${first?.id ?? ''}: ${others.length} more: ${names.join(', ')}${more} (all with --json)`,
    '',
  ];
}

function tell({ severity, id, tenant, where, what, found, fix }: Finding): string[] {
  const saw = found === null ? '' : ` (found: ${found})`;
  return [
    `${marks[severity]}  ${tenant === null ? '' : `${styleText('bold', tenant)}  `}${id}`,
    `  ${where}: ${what}${saw}.`,
    `  ${styleText('dim', 'Fix:')} ${fix}`,
    '',
  ];
}

function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? '' : 's'}`;
}
