import { readFileSync } from 'node:fs';
import type { OsUser } from '#libs/hosting';

/** Users and groups of this machine, by number and by name. */
export interface OsAccounts {
  userOf(uid: number, gid: number): OsUser;
  uidOf(user: string): number | undefined;
  gidOf(group: string): number | undefined;
  /** The name of a user's first group. */
  groupOf(user: string): string | undefined;
}

/** Reads /etc/passwd and /etc/group. Who is kept elsewhere, such as in a directory, goes by number, as systemd and chown take it. */
export function readOsAccounts(): OsAccounts {
  const users = readLines('/etc/passwd').map(([name = '', , uid, gid]) => ({
    name,
    id: Number(uid),
    gid: Number(gid),
  }));
  const groups = readLines('/etc/group').map(([name = '', , gid]) => ({ name, id: Number(gid) }));
  const groupName = (gid: number): string => groups.find(({ id }) => id === gid)?.name ?? String(gid);
  return {
    userOf: (uid, gid) => ({
      user: users.find(({ id }) => id === uid)?.name ?? String(uid),
      group: groupName(gid),
    }),
    uidOf: (user) => users.find(({ name }) => name === user)?.id,
    gidOf: (group) => groups.find(({ name }) => name === group)?.id,
    groupOf: (user) => {
      const found = users.find(({ name }) => name === user);
      return found && groupName(found.gid);
    },
  };
}

function readLines(file: string): string[][] {
  return readFileSync(file, 'utf8')
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#'))
    .map((line) => line.split(':'));
}
