import type { TenantDrift } from './drift.js';

/**
 * What a person reads, and psql can run: all but the statements are comments. Tenants that differ alike are told once;
 * where it is one tenant, with the names of its own roles.
 */
export function driftText(tenants: readonly TenantDrift[], texts: ReadonlyMap<string, string>): string {
  const differing = tenants.filter(({ state }) => state === 'differs');
  const groups = Map.groupBy(differing, (tenant) => `${headText(tenant)}\n${texts.get(tenant.name) ?? ''}`);
  const failed = tenants.filter(({ state }) => state === 'failed');
  return [
    ...[...groups.values()].map((members) => groupText(members, texts)),
    ...failed.map(({ error }) => `-- ${error ?? ''}`),
    summary(tenants, differing.length, failed.length),
  ].join('\n');
}

function groupText(members: readonly TenantDrift[], texts: ReadonlyMap<string, string>): string {
  const [first] = members;
  if (first === undefined) return '';
  const { differences } = first;
  const count = `${differences.length} ${differences.length === 1 ? 'difference' : 'differences'}`;
  const about = `-- ${members.map(({ name }) => name).join(', ')}: ${count} from ${headText(first)}`;
  if (members.length === 1) {
    return [about, ...differences.map(({ object, state, sql }) => `-- ${state}: ${object}\n${sql}`), ''].join(
      '\n',
    );
  }
  const text = texts.get(first.name) ?? '';
  const names = /:"(owner|runtime|admin|database)"/.test(text)
    ? ['-- :"owner", :"runtime", :"admin" and :"database" stand for their names: psql -v owner=…']
    : [];
  return [about, ...names, text, ''].join('\n');
}

function headText({ release, head }: TenantDrift): string {
  return `release ${release ?? '?'} at ${head ?? 'its beginning'}`;
}

function summary(tenants: readonly TenantDrift[], differing: number, failed: number): string {
  if (tenants.length === 0) return '-- No tenants.';
  const same = tenants.length - differing - failed;
  const more = failed > 0 ? `, ${failed} not compared` : '';
  return `-- ${same} of ${tenants.length} as their release makes them, ${differing} ${differing === 1 ? 'differs' : 'differ'}${more}.`;
}
