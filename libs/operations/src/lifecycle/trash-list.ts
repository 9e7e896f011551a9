import type { Dependencies } from '../dependencies.js';
import { isExpired } from './purge-tenant.js';
import { type DeletedTenant, listTrash } from './trash.js';

export interface TrashedTenant extends Pick<
  DeletedTenant,
  'kind' | 'run' | 'deletedAt' | 'expiresAt' | 'hosts'
> {
  readonly name: string;
  readonly isExpired: boolean;
  readonly folder: string;
  /** As the database is called in the trash. */
  readonly database: string | null;
}

/** What can be brought back, newest first. */
export function trashList(dependencies: Pick<Dependencies, 'home' | 'now'>): TrashedTenant[] {
  return listTrash(dependencies.home.paths).map((deleted) => ({
    ...{
      name: deleted.tenant,
      kind: deleted.kind,
      run: deleted.run,
      hosts: deleted.hosts,
      folder: deleted.folder.to,
    },
    ...{ deletedAt: deleted.deletedAt, expiresAt: deleted.expiresAt },
    isExpired: isExpired(dependencies, deleted),
    database: deleted.database?.trashed.name ?? null,
  }));
}
