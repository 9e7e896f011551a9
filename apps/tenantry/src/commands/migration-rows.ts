import type { TenantMigrations } from '#libs/operations';
import { formatTable } from '../table-text.js';

const namesShown = 3;

/** Tenants that are alike share a row: of a thousand, those few that are not must be seen. */
export function statusTable(tenants: readonly TenantMigrations[]): string {
  const groups = Map.groupBy(tenants, (tenant) => JSON.stringify(cellsOf(tenant)));
  const rows = [...groups.values()].map((members) => {
    const [first] = members;
    return [namesOf(members), ...(first ? cellsOf(first) : [])];
  });
  const table = formatTable(['TENANT', 'HEAD', 'PENDING', 'UNKNOWN', 'DRIFT', 'FAILED', 'ERROR'], rows);
  const differing = tenants.filter(({ drift }) => drift !== null && drift > 0).map(({ name }) => name);
  if (differing.length === 0) return table;
  return `${table}\n${driftHint(differing)}`;
}

function driftHint(differing: readonly string[]): string {
  const asked = differing.length <= namesShown ? `--tenant ${differing.join(',')}` : '--all';
  return `DRIFT counts what differs from what the release makes. Show it with \`tenantry migrate drift ${asked}\`.`;
}

function cellsOf({ head, pending, unknown, drift, failed, error }: TenantMigrations): string[] {
  return [
    head ?? '-',
    String(pending.length),
    String(unknown.length),
    drift === null ? '-' : String(drift),
    failed === null ? '-' : `in ${failed.run}`,
    error ?? '',
  ];
}

function namesOf(members: readonly TenantMigrations[]): string {
  const names = members.map(({ name }) => name);
  if (names.length <= namesShown) return names.join(', ');
  return `${names.slice(0, namesShown).join(', ')} and ${names.length - namesShown} more`;
}
