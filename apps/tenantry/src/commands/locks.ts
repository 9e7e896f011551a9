import type { CommandSpec } from '../command.js';
import { formatTable } from '../table-text.js';
import { textOption } from './options.js';

export const lockCommands: readonly CommandSpec[] = [
  {
    path: ['lock', 'show'],
    summary: 'show the locks of the home: who holds them, since when, and whether the owner still lives',
    run: async (invocation) => {
      const { showLocks } = await import('#libs/operations');
      const locks = showLocks(await invocation.dependencies());
      const rows = locks.map(({ name, state, host, pid, at, expiresAt, command }) => [
        ...[name, state, `${pid} on ${host}`, at, expiresAt, command],
      ]);
      const text = rows.length
        ? formatTable(['LOCK', 'STATE', 'PROCESS', 'SINCE', 'EXPIRES', 'COMMAND'], rows)
        : 'Nobody holds a lock.';
      return { data: { locks }, text };
    },
  },
  {
    path: ['lock', 'release'],
    summary: 'take a lock away whose owner will not come back for it',
    arguments: [{ name: '<lock>', description: "the lock's name, as `lock show` prints it" }],
    options: [{ flags: '--confirm <lock>', description: 'the same name again' }],
    run: async (invocation) => {
      const { releaseLock } = await import('#libs/operations');
      return releaseLock(await invocation.dependencies(), {
        name: String(invocation.arguments[0]),
        confirm: textOption(invocation, 'confirm'),
      });
    },
  },
];
