import type { MeasuredFleet } from './fleet.js';

/** What migrating a fleet costs, beside what it costs without anything around the queries. */
export function fleetText({ startUpMs, noOp, migration, loopSeconds, scale }: MeasuredFleet): string {
  const [tenants = 0] = scale.slice(1).map((each) => each.tenants);
  return `## Migrating a fleet

${tenants} tenants on a server beside, 16 at a time. The floor is bare \`pg\`: connect, the same statements, disconnect, with as
many at a time. Times of a command are less its start-up, which is what it takes for one tenant of this fleet that has
nothing to do: ${startUpMs.toFixed(0)} ms.

| \`tenantry migrate --all\` | Tenantry | floor | | target |
|---|--:|--:|--:|--:|
| nothing to do; the floor asks for the newest migration | ${cells(noOp)} | ≤ 1.5 × |
| a migration: a table, an index, a column | ${cells(migration)} | ≤ 2 × |
| nothing to do, by the TypeORM CLI once for each tenant (five measured) | | ${loopSeconds.toFixed(0)} s | | |

| nothing to do, start-up included | time | per tenant | peak memory of the command | floor |
|---|--:|--:|--:|--:|
${scale.map(scaleRow).join('\n')}

The largest of these fleets takes ${growthOf(scale).toFixed(2)} × the memory of the smallest (target: about 1.1).
`;
}

function cells({ ours, theirs, ratio }: MeasuredFleet['noOp']): string {
  return `${ours.toFixed(0)} ms | ${theirs.toFixed(0)} ms | ${ratio.toFixed(2)} ×`;
}

function growthOf(scale: MeasuredFleet['scale']): number {
  return (scale.at(-1)?.peakMegabytes ?? NaN) / (scale[0]?.peakMegabytes ?? NaN);
}

function scaleRow({
  tenants,
  noOpMs,
  peakMegabytes,
  floorPeakMegabytes,
}: MeasuredFleet['scale'][number]): string {
  const count = tenants.toLocaleString('en');
  return `| ${count} tenants | ${noOpMs.toFixed(0)} ms | ${(noOpMs / tenants).toFixed(1)} ms | ${peakMegabytes.toFixed(0)} MB | ${floorPeakMegabytes.toFixed(0)} MB |`;
}
