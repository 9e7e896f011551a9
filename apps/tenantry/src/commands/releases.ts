import type { CommandSpec } from '../command.js';
import { formatTable } from '../table-text.js';
import { flag, textOption } from './options.js';

const id = { name: '<release>', description: "the release's id" };

export const releaseCommands: readonly CommandSpec[] = [
  {
    path: ['release', 'build'],
    summary: 'build a release of the checkout that the command came from',
    plan: true,
    options: [
      { flags: '--id <id>', description: "its name (default: the commit's time and hash)" },
      { flags: '--allow-dirty', description: 'build although changes are not committed' },
    ],
    run: async (invocation) => {
      const { buildRelease } = await import('#libs/operations');
      return buildRelease(await invocation.dependencies(), {
        id: textOption(invocation, 'id'),
        allowDirty: flag(invocation, 'allowDirty'),
        plan: flag(invocation, 'plan'),
      });
    },
  },
  {
    path: ['release', 'list'],
    summary: 'list the releases of the home',
    run: async (invocation) => {
      const { releaseList } = await import('#libs/operations');
      const releases = releaseList(await invocation.dependencies());
      const rows = releases.map((release) => [
        ...[release.id, release.isCurrent ? 'current' : '', release.commit?.slice(0, 7) ?? '-'],
        release.committedAt ?? '-',
      ]);
      const text = rows.length
        ? formatTable(['RELEASE', '', 'COMMIT', 'COMMITTED'], rows)
        : 'No releases yet. Build one with `tenantry release build`.';
      return { data: { releases }, text };
    },
  },
  {
    path: ['release', 'show'],
    summary: 'show what a release was built from and which schema it brings',
    arguments: [id],
    run: async (invocation) => {
      const { showRelease } = await import('#libs/operations');
      const release = showRelease(await invocation.dependencies(), String(invocation.arguments[0]));
      const heads = Object.entries(release.heads).map(
        ([app, head]) => `  ${app}: ${head ?? 'no migrations'}`,
      );
      const from = `commit ${release.commit ?? '-'}${release.isDirty ? ', with changes' : ''}`;
      const text = [`${release.id}${release.isCurrent ? ' (current)' : ''}: ${from}`, ...heads].join('\n');
      return { data: release, text };
    },
  },
  {
    path: ['release', 'verify'],
    summary: 'compare a release with its release.json, file by file',
    arguments: [id],
    run: async (invocation) => {
      const { checkRelease } = await import('#libs/operations');
      return checkRelease(await invocation.dependencies(), String(invocation.arguments[0]));
    },
  },
];
