import type { Identity, ServerAddress } from '../addresses.js';
import { announcedProcess, connectServer, using } from '../connect.js';
import { advisoryFamily } from '../locks.js';
import { parseMark } from '../mark.js';

export interface InventoryDatabase {
  readonly name: string;
  readonly owner: string;
  /** For whom we made it; undefined when we did not, or it is not finished. */
  readonly mark: Identity | undefined;
  readonly comment: string | null;
  readonly allowsConnections: boolean;
  readonly isTemplate: boolean;
  /** What everybody may do there: CONNECT, TEMPORARY. */
  readonly publicRights: readonly string[];
  /** Roles that were granted CONNECT by name. */
  readonly connect: readonly string[];
  /** Roles that were granted CREATE by name. */
  readonly create: readonly string[];
  /** Somebody makes, uses or drops it at this moment, by our locks. */
  readonly isBusy: boolean;
}

export interface InventoryRole {
  readonly name: string;
  readonly mark: Identity | undefined;
  readonly canLogIn: boolean;
  /** What it may do on the whole server: SUPERUSER, CREATEDB, CREATEROLE, REPLICATION, BYPASSRLS. */
  readonly powers: readonly string[];
  readonly memberOf: readonly string[];
}

/** All databases and roles of a server, whoever made them. */
export interface ServerInventory {
  /** Who looked. */
  readonly admin: string;
  readonly isAdminSuperuser: boolean;
  /** A pooler answered, not the server itself. */
  readonly isPooled: boolean;
  readonly databases: ReadonlyMap<string, InventoryDatabase>;
  readonly roles: ReadonlyMap<string, InventoryRole>;
}

const rights = `aclexplode(coalesce(d.datacl, acldefault('d', d.datdba)))`;
const granted = (privilege: string): string =>
  `ARRAY(SELECT pg_get_userbyid(grantee)::text FROM ${rights} WHERE grantee <> 0 AND privilege_type = '${privilege}')`;

// The keys of our locks on a name: see name-lock.ts and scratch.ts.
const locked = (name: string): string => `EXISTS (SELECT FROM pg_locks l
  WHERE l.locktype = 'advisory' AND l.granted AND l.classid = $1::bigint::oid
    AND l.objid IN ((hashtext(${name})::bigint & 4294967295)::oid, (hashtext(${name} || ' in use')::bigint & 4294967295)::oid))`;

const databases = `
  SELECT datname AS name, pg_get_userbyid(datdba) AS owner, shobj_description(d.oid, 'pg_database') AS comment,
         datallowconn AS "allowsConnections", datistemplate AS "isTemplate",
         ARRAY(SELECT privilege_type FROM ${rights} WHERE grantee = 0) AS "publicRights",
         ${granted('CONNECT')} AS connect, ${granted('CREATE')} AS create, ${locked('datname::text')} AS "isBusy"
    FROM pg_database d`;

const roles = `
  SELECT rolname AS name, shobj_description(r.oid, 'pg_authid') AS comment, rolcanlogin AS "canLogIn",
         array_remove(ARRAY[CASE WHEN rolsuper THEN 'SUPERUSER' END, CASE WHEN rolcreatedb THEN 'CREATEDB' END,
           CASE WHEN rolcreaterole THEN 'CREATEROLE' END, CASE WHEN rolreplication THEN 'REPLICATION' END,
           CASE WHEN rolbypassrls THEN 'BYPASSRLS' END], NULL) AS powers,
         ARRAY(SELECT roleid::regrole::text FROM pg_auth_members WHERE member = r.oid) AS "memberOf"
    FROM pg_roles r WHERE rolname !~ '^pg_'`;

const all = `
  SELECT pg_backend_pid() AS process, current_user::text AS admin, (SELECT rolsuper FROM pg_roles WHERE rolname = current_user) AS "isAdminSuperuser",
         (SELECT coalesce(json_agg(d), '[]') FROM (${databases}) d) AS databases,
         (SELECT coalesce(json_agg(r), '[]') FROM (${roles}) r) AS roles`;

type Marked = { readonly name: string; readonly comment: string | null };

interface Row {
  readonly process: number;
  readonly admin: string;
  readonly isAdminSuperuser: boolean;
  readonly databases: readonly (Omit<InventoryDatabase, 'mark'> & Marked)[];
  readonly roles: readonly (Omit<InventoryRole, 'mark'> & Marked)[];
}

/** Looks at a whole server by one query on one connection; writes nothing. */
export function readInventory(server: ServerAddress): Promise<ServerInventory> {
  return using(connectServer(server), async (admin) => {
    const { rows } = await admin.query<Row>(all, [advisoryFamily]);
    const [row] = rows;
    if (row === undefined) throw new TypeError('a SELECT without FROM has one row');
    return {
      ...{ admin: row.admin, isAdminSuperuser: row.isAdminSuperuser },
      isPooled: row.process !== announcedProcess(admin),
      databases: byName(row.databases),
      roles: byName(row.roles),
    };
  });
}

function byName<Kind extends Marked>(rows: readonly Kind[]): Map<string, Kind & Pick<InventoryRole, 'mark'>> {
  return new Map(rows.map((row) => [row.name, { ...row, mark: parseMark(row.comment) }]));
}
