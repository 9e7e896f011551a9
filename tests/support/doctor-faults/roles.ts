import { acme, changed, type Fault, mark, mended, statements, trashDatabase } from './fault.js';

export const roles: readonly Fault[] = [
  statements({ id: 'server-open', isSafe: true }, 'postgres', [
    'GRANT CONNECT ON DATABASE postgres TO PUBLIC',
  ]),
  statements({ id: 'database-open', ...mended }, 'postgres', [
    'GRANT CONNECT ON DATABASE tenant_acme TO PUBLIC',
  ]),
  statements({ id: 'database-stranger', ...mended }, 'postgres', [
    'GRANT CONNECT ON DATABASE tenant_acme TO tenant_zed',
  ]),
  statements({ id: 'role-powerful', ...mended }, 'postgres', [
    'ALTER ROLE tenant_acme SUPERUSER CREATEDB CREATEROLE',
  ]),
  statements({ id: 'mark-missing', ...mended }, 'postgres', ['COMMENT ON ROLE tenant_acme IS NULL']),
  statements({ id: 'runtime-can-create', ...mended }, 'tenant_acme', [
    'GRANT CREATE ON SCHEMA public TO tenant_acme',
  ]),
  statements({ id: 'runtime-can-forge', ...mended }, 'tenant_acme', [
    'GRANT UPDATE ON tenantry.stamp TO tenant_acme',
  ]),
  statements({ id: 'grants-missing', ...mended }, 'tenant_acme', [
    'REVOKE USAGE ON SCHEMA tenantry, public FROM tenant_acme',
  ]),
  statements({ id: 'default-privileges-missing', ...mended }, 'tenant_acme', [
    'ALTER DEFAULT PRIVILEGES FOR ROLE tenant_acme_owner REVOKE ALL ON TABLES FROM tenant_acme',
  ]),
  {
    ...{ id: 'trash-open', tenant: 'gone', isSafe: true },
    plant: (home) => home.sql('postgres', `ALTER ROLE ${trashDatabase(home)} LOGIN`),
  },
  statements({ id: 'database-missing', ...acme, with: ['database-elsewhere'] }, 'postgres', [
    'ALTER DATABASE tenant_acme RENAME TO somewhere',
    'ALTER DATABASE somewhere RENAME TO tenant_acme',
  ]),
  statements({ id: 'role-missing', ...acme, with: ['database-owner-wrong'] }, 'postgres', [
    'ALTER ROLE tenant_acme_owner RENAME TO somebody',
    'ALTER ROLE somebody RENAME TO tenant_acme_owner',
  ]),
  statements({ id: 'mark-wrong', ...acme, with: ['role-orphan'] }, 'postgres', [
    `DO $$ BEGIN EXECUTE format('COMMENT ON ROLE tenant_acme IS %L', '${mark('stranger')}'); END $$`,
    'COMMENT ON ROLE tenant_acme IS NULL',
  ]),
  statements({ id: 'database-owner-wrong', ...acme }, 'postgres', [
    'ALTER DATABASE tenant_acme OWNER TO postgres',
    'ALTER DATABASE tenant_acme OWNER TO tenant_acme_owner',
  ]),
  statements({ id: 'role-member', ...acme }, 'postgres', [
    'GRANT tenant_acme_owner TO tenant_acme',
    'REVOKE tenant_acme_owner FROM tenant_acme',
  ]),
  statements({ id: 'role-cannot-login', ...acme }, 'postgres', [
    'ALTER ROLE tenant_acme NOLOGIN',
    'ALTER ROLE tenant_acme LOGIN',
  ]),
  changed({ id: 'login-failed', ...acme }, 'tenants/acme/secrets.yaml', (text) =>
    text.replace(/runtimePassword: .*/, 'runtimePassword: not-this-one'),
  ),
  changed({ id: 'login-failed', ...acme }, 'tenants/acme/secrets.yaml', (text) =>
    text.replace(/ownerPassword: .*/, 'ownerPassword: not-this-one'),
  ),
  statements({ id: 'stamp-wrong', ...acme }, 'tenant_acme', [
    "UPDATE tenantry.stamp SET tenant = 'zed'",
    "UPDATE tenantry.stamp SET tenant = 'acme'",
  ]),
  statements({ id: 'runtime-owns', ...acme }, 'tenant_acme', [
    'CREATE TABLE made_by_hand (); ALTER TABLE made_by_hand OWNER TO tenant_acme',
    'DROP TABLE made_by_hand',
  ]),
  statements({ id: 'database-unreadable', ...acme, with: ['check-failed'] }, 'tenant_acme', [
    'ALTER TABLE public.migrations RENAME COLUMN name TO nobody_knows',
    'ALTER TABLE public.migrations RENAME COLUMN nobody_knows TO name',
  ]),
  statements({ id: 'schema-ahead', ...acme }, 'tenant_acme', [
    `INSERT INTO public.migrations ("timestamp", name) VALUES (9999999999999, 'Later9999999999999')`,
    `DELETE FROM public.migrations WHERE name LIKE 'Later%'`,
  ]),
  statements({ id: 'schema-behind', ...acme }, 'tenant_acme', [
    'CREATE TABLE tenantry.kept AS SELECT * FROM public.migrations; DELETE FROM public.migrations WHERE id > 1',
    'INSERT INTO public.migrations SELECT * FROM tenantry.kept WHERE id > 1; DROP TABLE tenantry.kept',
  ]),
];
