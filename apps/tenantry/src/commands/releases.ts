import type { CommandSpec } from '../command.js';
import { formatTable } from '../table-text.js';
import { countOption, flag, textOption } from './options.js';

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
      const { markedReleases } = await import('#libs/operations');
      const releases = await markedReleases(await invocation.dependencies());
      const rows = releases.map((release) => [
        ...[release.id, release.commit?.slice(0, 7) ?? '-', release.committedAt ?? '-'],
        release.marks.join(', ') || '-',
      ]);
      const text = rows.length
        ? formatTable(['RELEASE', 'COMMIT', 'COMMITTED', 'KEPT FOR'], rows)
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
  {
    path: ['release', 'why'],
    summary: 'say for what a release is kept: current, pins, holds, processes, unfinished work, good marks',
    arguments: [id],
    run: async (invocation) => {
      const { whyRelease } = await import('#libs/operations');
      return whyRelease(await invocation.dependencies(), String(invocation.arguments[0]));
    },
  },
  {
    path: ['release', 'prune'],
    summary: 'remove the releases that nothing uses',
    options: [
      { flags: '--keep <count>', description: 'so many good releases stay (default: releases.keep)' },
    ],
    plan: true,
    run: async (invocation) => {
      const { pruneReleases } = await import('#libs/operations');
      return pruneReleases(await invocation.dependencies(), {
        keep: countOption(invocation, 'keep'),
        plan: flag(invocation, 'plan'),
      });
    },
  },
];
