import { join } from 'node:path';
import type { HomePaths } from '../home/types.js';
import { isRecord } from '../schema/validate.js';
import type { TenantName } from '../tenant-name.js';

export interface DerivedFrom {
  readonly tenant: TenantName;
  readonly paths: HomePaths;
  /** The host's default Postgres server. */
  readonly server: string;
}

/** The name of a tenant's database and runtime role, unless its overlay says otherwise. */
export function defaultDatabaseName(tenant: TenantName): string {
  return `tenant_${tenant.replaceAll('-', '_')}`;
}

/** Fills in what follows from the tenant's name wherever no layer said otherwise. */
export function addDerived(plain: Record<string, unknown>, from: DerivedFrom): Record<string, unknown> {
  const database = section(plain, 'database');
  const name = database?.['name'] ?? defaultDatabaseName(from.tenant);
  const http = section(plain, 'http');
  return {
    ...plain,
    extends: plain['extends'] ?? [],
    database: database && {
      ...database,
      server: database['server'] ?? from.server,
      name,
      ownerRole: database['ownerRole'] ?? (typeof name === 'string' ? `${name}_owner` : name),
      runtimeRole: database['runtimeRole'] ?? name,
    },
    media: withDefault(section(plain, 'media'), 'root', join(from.paths.tenants, from.tenant, 'media')),
    templates: withDefault(section(plain, 'templates'), 'folder', 'templates'),
    http:
      http?.['port'] === undefined
        ? withDefault(http, 'socket', join(from.paths.sockets, `${from.tenant}.sock`))
        : http,
    ...keepWrong(plain),
  };
}

/** A section, empty where it is missing; undefined where it is no mapping, which the schema then reports. */
function section(plain: Record<string, unknown>, key: string): Record<string, unknown> | undefined {
  const value = plain[key] === undefined ? {} : plain[key];
  return isRecord(value) ? value : undefined;
}

function withDefault(values: Record<string, unknown> | undefined, key: string, value: string) {
  return values && { ...values, [key]: values[key] ?? value };
}

function keepWrong(plain: Record<string, unknown>): Record<string, unknown> {
  const derived = ['database', 'media', 'templates', 'http'];
  return Object.fromEntries(
    derived
      .filter((key) => plain[key] !== undefined && section(plain, key) === undefined)
      .map((key) => [key, plain[key]]),
  );
}
