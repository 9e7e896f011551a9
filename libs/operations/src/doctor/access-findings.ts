import type { DatabaseAccess } from '#libs/database';
import type { LoadedSettings } from '#libs/settings';
import type { FindingId } from './catalog.js';
import { found, type Found, type Repair } from './finding.js';
import { shortened } from '../shortened.js';

interface Place {
  readonly loaded: LoadedSettings;
  readonly where: string;
  readonly repair: Repair;
}

/** What the runtime role may do and must not, and the reverse. */
export function accessFindings(access: DatabaseAccess, { loaded, where, repair }: Place): Found[] {
  const { tenant, settings } = loaded;
  const { runtimeRole, ownerRole } = settings.database;
  const tell = (id: FindingId, what: string, names: readonly string[]): Found[] =>
    names.length === 0 ? [] : [found(id, { tenant, where, what, found: shortened(names, 5), repair })];
  const missing = [...access.closed, ...access.unreadable, ...access.unusable, ...access.unusableSequences];
  return [
    ...tell('runtime-can-create', `${runtimeRole} may create in schemas`, access.creatable),
    ...owned(access, { tenant, where, runtimeRole, ownerRole }),
    ...tell(
      'runtime-can-forge',
      `${runtimeRole} can change what proves whose database it is`,
      access.changeable,
    ),
    ...tell('grants-missing', `${runtimeRole} cannot use what the application needs`, [...new Set(missing)]),
    ...tell(
      'default-privileges-missing',
      `${runtimeRole} will not be able to use what the next migration makes`,
      access.missingDefaults,
    ),
  ];
}

/** Not repaired: who made it there may have had a reason, and its own grants go with the owner. */
function owned(
  access: DatabaseAccess,
  told: { tenant: string; where: string; runtimeRole: string; ownerRole: string },
): Found[] {
  if (access.owned.length === 0) return [];
  const { tenant, where, runtimeRole, ownerRole } = told;
  const what = `${runtimeRole} owns things, and may alter and drop them`;
  const fix = `As the admin, in that database: REASSIGN OWNED BY "${runtimeRole}" TO "${ownerRole}"; then: tenantry doctor --fix`;
  return [found('runtime-owns', { tenant, where, what, found: shortened(access.owned, 5), fix })];
}
