import { type FileChange, type HostingPlan, pathOf, type UnitPlan } from '#libs/hosting';
import { type Address, proveUnit } from '#libs/processes';
import { errorText, forEachOf } from '../../outcome.js';
import type { Proof } from '../target.js';

/** Units of which one of these paths changed; all of them when a file that they share did. */
export function unitsTouched(
  { units }: HostingPlan,
  changes: readonly FileChange[],
  filesOf: (unit: UnitPlan) => readonly RegExp[],
): UnitPlan[] {
  const paths = changes.filter(({ kind }) => kind !== 'removed').map(pathOf);
  return units.filter((unit) => filesOf(unit).some((file) => paths.some((path) => file.test(path))));
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
