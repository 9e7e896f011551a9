import { type Share, toWaves } from '../../migrations/waves.js';

export interface RingedTenant {
  readonly name: string;
  readonly ring: string;
}

/** Tenants that are turned together; the next wave begins when all of them are proved. */
export interface Wave {
  readonly ring: string;
  readonly tenants: readonly string[];
}

/**
 * The tenants ring by ring: as tenantry.yaml orders the rings, then those that it does not name, by name. Within a ring
 * by name, in waves of the given size, or one by one.
 */
export function orderByRings(
  tenants: readonly RingedTenant[],
  { rings, wave }: { readonly rings: readonly string[]; readonly wave?: Share | undefined },
): Wave[] {
  const members = Map.groupBy(tenants, ({ ring }) => ring);
  const unnamed = [...members.keys()].filter((ring) => !rings.includes(ring)).toSorted();
  return [...rings, ...unnamed].flatMap((ring) => {
    const names = (members.get(ring) ?? []).map(({ name }) => name).toSorted();
    if (names.length === 0) return [];
    const size = wave ?? { value: 1, isPercent: false };
    return toWaves(names, size).map((some) => ({ ring, tenants: some }));
  });
}

/** Of migrations that are pending, oldest first: what comes before the first that takes something away, and the rest. */
export function splitAtContraction(
  pending: readonly string[],
  kindOf: (name: string) => 'expand' | 'contract',
): { expanding: readonly string[]; rest: readonly string[] } {
  const at = pending.findIndex((name) => kindOf(name) === 'contract');
  return at < 0
    ? { expanding: pending, rest: [] }
    : { expanding: pending.slice(0, at), rest: pending.slice(at) };
}
