import { chmodSync, lchownSync, lstatSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { type HostingPlan, type Ownership, type OwnershipPlan, planOwnership } from '#libs/hosting';
import { runToSuccess } from '#libs/processes';
import { RefusedError } from '#libs/settings';
import { type OsAccounts, readOsAccounts } from './os-accounts.js';

/** Users and owners are root's to change. */
export class NotRoot extends RefusedError {
  override readonly code = 'NOT_ROOT';
}

/** A unit is to run as a user that there is not. */
export class NoSuchUser extends RefusedError {
  override readonly code = 'NO_SUCH_USER';
}

/** What would be done, one line each; nothing when all is as it should be. */
export function planUsers(plan: HostingPlan): string[] {
  if (!plan.hasOwnUsers) return [];
  const accounts = readOsAccounts();
  const { users, owned, passages } = planOwnership(plan);
  return [
    ...missing(users, accounts).map(({ user }) => `make the user ${user}`),
    ...passages.filter(({ path }) => isClosed(path)).map(({ path }) => `let users through ${path}`),
    ...owned
      .filter((each) => isWrong(each, accounts))
      .map(({ path, user, group }) => `give ${path} to ${user}:${group}`),
  ];
}

/** Makes the tenants' users and gives them their files. Throws NotRoot (exit 4) for anybody else. Safe to repeat. */
export async function applyUsers(plan: HostingPlan): Promise<string[]> {
  const steps = planUsers(plan);
  if (steps.length === 0) return steps;
  if (process.geteuid?.() !== 0) {
    throw new NotRoot('hosting apply --users: only root makes users and gives files away.', {
      hint: 'Run it with sudo.',
    });
  }
  const { users, owned, passages } = planOwnership(plan);
  for (const { user, home } of missing(users, readOsAccounts())) await makeUser(user, home);
  for (const { path } of passages) letThrough(path);
  const accounts = readOsAccounts();
  for (const each of owned) give(each, accounts);
  return steps;
}

/** Throws NoSuchUser (exit 4) when a unit would be started as nobody. */
export function requireUsers(plan: HostingPlan): void {
  if (!plan.hasOwnUsers) return;
  const [first, ...others] = missing(planOwnership(plan).users, readOsAccounts());
  if (first === undefined) return;
  const more = others.length === 0 ? '' : ` (and ${others.length} more)`;
  throw new NoSuchUser(`hosting: there is no user ${first.user}${more} for a tenant to run as.`, {
    hint: 'Run `tenantry hosting apply --users` as root, or set hosting.users: operator in tenantry.yaml.',
  });
}

function missing(users: OwnershipPlan['users'], accounts: OsAccounts): OwnershipPlan['users'] {
  return users.filter(({ user }) => accounts.uidOf(user) === undefined && !/^\d+$/.test(user));
}

async function makeUser(user: string, home: string): Promise<void> {
  const args = ['--system', '--user-group', '--no-create-home', '--home-dir', home];
  await runToSuccess({ command: 'useradd', args: [...args, '--shell', '/usr/sbin/nologin', user] });
}

function isClosed(path: string): boolean {
  const stat = lstatSync(path, { throwIfNoEntry: false });
  return stat !== undefined && !stat.isSymbolicLink() && (stat.mode & 0o011) !== 0o011;
}

function letThrough(path: string): void {
  if (isClosed(path)) chmodSync(path, (lstatSync(path).mode & 0o7777) | 0o011);
}

interface Ids {
  readonly uid: number;
  readonly gid: number;
}

function idsOf({ user, group }: Ownership, accounts: OsAccounts): Ids {
  const uid = accounts.uidOf(user) ?? Number(user);
  const gid = accounts.gidOf(group) ?? Number(group);
  if (Number.isInteger(uid) && Number.isInteger(gid)) return { uid, gid };
  throw new NoSuchUser(`hosting: there is no user ${user} or no group ${group}.`, {
    hint: 'Install the edge server first, or set hosting.edgeGroup in tenantry.yaml.',
  });
}

function isWrong(owned: Ownership, accounts: OsAccounts): boolean {
  if (accounts.uidOf(owned.user) === undefined || accounts.gidOf(owned.group) === undefined) return true;
  const ids = idsOf(owned, accounts);
  return entriesOf(owned).some(({ path, mode }) => {
    const stat = lstatSync(path);
    return (
      stat.uid !== ids.uid || stat.gid !== ids.gid || (mode !== undefined && (stat.mode & 0o7777) !== mode)
    );
  });
}

function give(owned: Ownership, accounts: OsAccounts): void {
  const { uid, gid } = idsOf(owned, accounts);
  for (const { path, mode } of entriesOf(owned)) {
    // Never through a link: a tenant could have put one there.
    lchownSync(path, uid, gid);
    if (mode !== undefined) chmodSync(path, mode);
  }
}

interface Entry {
  readonly path: string;
  /** Undefined: stays as it is. */
  readonly mode: number | undefined;
}

function entriesOf({ path, mode, isDeep }: Ownership): Entry[] {
  const stat = lstatSync(path, { throwIfNoEntry: false });
  if (stat === undefined) return [];
  if (stat.isSymbolicLink()) return [{ path, mode: undefined }];
  if (!stat.isDirectory()) return [{ path, mode: isDeep ? stat.mode & 0o640 : mode }];
  const below = isDeep
    ? readdirSync(path).flatMap((name) =>
        entriesOf({ path: join(path, name), mode, isDeep, user: '', group: '' }),
      )
    : [];
  return [{ path, mode }, ...below];
}
