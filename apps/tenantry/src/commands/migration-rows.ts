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
  return formatTable(['TENANT', 'HEAD', 'PENDING', 'UNKNOWN', 'FAILED', 'ERROR'], rows);
}

function cellsOf({ head, pending, unknown, failed, error }: TenantMigrations): string[] {
  return [
    head ?? '-',
    String(pending.length),
    String(unknown.length),
    failed === null ? '-' : `in ${failed.run}`,
    error ?? '',
  ];
}

function namesOf(members: readonly TenantMigrations[]): string {
  const names = members.map(({ name }) => name);
  if (names.length <= namesShown) return names.join(', ');
  return `${names.slice(0, namesShown).join(', ')} and ${names.length - namesShown} more`;
}
