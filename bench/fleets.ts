import { createTable } from '../tests/support/fleet-home.js';
import { showFailedTenant, showKilledRunner } from './fleet-demonstrations.js';
import { makeBenchFleet } from './fleet-home.js';
import { showDeletion, showDrift } from './life-demonstrations.js';
import { type MeasuredFleet, measureFleet, measureScale } from './fleet.js';
import { fleetText } from './report-fleet.js';

/** A fleet of 50, of 200, which must show what a run promises, and of as many as are asked for. */
export async function measureFleets(
  most: number,
  rounds: number,
  report: (line: string) => void,
): Promise<MeasuredFleet> {
  const fleet = await makeBenchFleet(50);
  try {
    fleet.add(createTable('applied'));
    const scale = [await measureScale(fleet, rounds)];
    report('creating 200 tenants');
    await fleet.home.grow(200);
    for (const show of [showKilledRunner, showFailedTenant, showDrift]) await show(fleet, report);
    report('measuring migrations of 200 tenants');
    scale.push(await measureScale(fleet, rounds));
    const measured = await measureFleet(fleet, rounds);
    report(fleetText({ ...measured, scale }));
    report(`creating ${most} tenants`);
    await fleet.home.grow(most);
    if (most > 200) scale.push(await measureScale(fleet, rounds));
    // Last, as it takes a tenant away.
    await showDeletion(fleet, report);
    return { ...measured, scale };
  } finally {
    await fleet.remove();
  }
}
