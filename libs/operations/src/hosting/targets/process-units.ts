import { parse } from 'node:path';
import { type FileChange, type HostingPlan, pathOf, postgresName, type UnitPlan } from '#libs/hosting';
import { type Address, proveUnit } from '#libs/processes';
import type { Dependencies } from '../../dependencies.js';
import { errorText, forEachOf } from '../../outcome.js';
import type { Installed, Proof } from '../target.js';

/** Units of which one of these paths changed; all of them when a file that they share did. */
export function unitsTouched(
  { units }: HostingPlan,
  changes: readonly FileChange[],
  filesOf: (unit: UnitPlan) => readonly RegExp[],
): UnitPlan[] {
  const paths = changes.filter(({ kind }) => kind !== 'removed').map(pathOf);
  return units.filter((unit) => filesOf(unit).some((file) => paths.some((path) => file.test(path))));
}

/** Tells of servers whose unit changed: restarting one would cut off its tenants, so it is left to the operator. */
export function tellOfServers({ plan, changes }: Installed, { report }: Pick<Dependencies, 'report'>): void {
  const changed = new Set(
    changes.flatMap((change) => (change.kind === 'changed' ? parse(pathOf(change)).name : [])),
  );
  for (const name of plan.postgres.map((each) => postgresName(plan, each))) {
    if (changed.has(name)) report.step(`${name} has changed, which counts from its next start on`);
  }
}

/** Matches a path that ends so. */
export function endingWith(text: string): RegExp {
  return new RegExp(`(^|/)${text.replaceAll(/[.@+]/g, '\\$&')}$`);
}

export function addressOfUnit({ listen }: UnitPlan): Address {
  return 'socket' in listen ? { path: listen.socket } : listen;
}

const graceMs = 5000;

/** Asks units at their own addresses whether they are ready, and whether it is they who answer. */
export async function proveUnits(units: readonly UnitPlan[]): Promise<Proof[]> {
  const proofs: Proof[] = [];
  await forEachOf(units, 4, async (unit) => {
    proofs.push({ name: unit.name, problem: await problemOf(unit) });
  });
  return proofs.sort((one, other) => (one.name < other.name ? -1 : 1));
}

async function problemOf(unit: UnitPlan): Promise<string | undefined> {
  try {
    const { tenant } = await proveUnit(addressOfUnit(unit), unit.startTimeoutMs + graceMs);
    return tenant === unit.tenant ? undefined : `${tenant} answers in its place`;
  } catch (error) {
    return errorText(error);
  }
}
