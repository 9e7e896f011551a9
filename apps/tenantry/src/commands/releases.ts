import type { Built, Dependencies } from '#libs/operations';
import type { CommandSpec, Invocation } from '../command.js';
import { formatTable } from '../table-text.js';
import { changeOptions, countOption, flag, noRestart, oneTenant, textOption } from './options.js';

const tenant = { name: '<tenant>', description: "the tenant's name" };
const id = { name: '<release>', description: "the release's id" };

export const releaseCommands: readonly CommandSpec[] = [
  {
    path: ['release', 'build'],
    summary: 'build a release of the checkout that the command came from',
    plan: true,
    options: [
      { flags: '--id <id>', description: "its name (default: the commit's time and hash)" },
      { flags: '--allow-dirty', description: 'build although changes are not committed' },
      { flags: '--archive [file]', description: 'also pack it into one file (default: <id>.tar.zst here)' },
    ],
    run: async (invocation) => {
      const { buildRelease } = await import('#libs/operations');
      const dependencies = await invocation.dependencies();
      const built = await buildRelease(dependencies, {
        id: textOption(invocation, 'id'),
        allowDirty: flag(invocation, 'allowDirty'),
        plan: flag(invocation, 'plan'),
      });
      return { ...built, ...(await alsoArchived(invocation, dependencies, built)) };
    },
  },
  {
    path: ['release', 'archive'],
    summary: 'pack a release of the home into one file for other hosts',
    arguments: [id],
    options: [{ flags: '--to <file>', description: 'the file (default: <id>.tar.zst here)' }],
    plan: true,
    run: async (invocation) => {
      const { archiveRelease } = await import('#libs/operations');
      return archiveRelease(await invocation.dependencies(), {
        release: String(invocation.arguments[0]),
        file: textOption(invocation, 'to'),
        cwd: invocation.cwd,
        plan: flag(invocation, 'plan'),
      });
    },
  },
  {
    path: ['release', 'install'],
    summary: 'unpack and verify a release from an archive, without network',
    arguments: [{ name: '<file>', description: 'what `release build --archive` made' }],
    options: [{ flags: '--sha256 <hash>', description: 'refuse any other file' }],
    plan: true,
    run: async (invocation) => {
      const { installRelease } = await import('#libs/operations');
      return installRelease(await invocation.dependencies(), {
        file: String(invocation.arguments[0]),
        sha256: textOption(invocation, 'sha256'),
        cwd: invocation.cwd,
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
    path: ['release', 'pin'],
    summary: 'have a tenant stay on a release, whatever is deployed, and restart it into it where it runs',
    arguments: [tenant, id],
    options: [noRestart],
    plan: true,
    run: async (invocation) => {
      const { pinTenant } = await import('#libs/operations');
      return pinTenant(await invocation.dependencies(), {
        ...changeOptions(invocation),
        tenant: oneTenant(invocation),
        release: String(invocation.arguments[1]),
      });
    },
  },
  {
    path: ['release', 'unpin'],
    summary: 'have a tenant follow what is deployed again, and restart it into it where it runs',
    arguments: [tenant],
    options: [noRestart],
    plan: true,
    run: async (invocation) => {
      const { unpinTenant } = await import('#libs/operations');
      const request = { ...changeOptions(invocation), tenant: oneTenant(invocation) };
      return unpinTenant(await invocation.dependencies(), request);
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

async function alsoArchived(
  invocation: Invocation,
  dependencies: Dependencies,
  { data, text }: Built,
): Promise<{ data: object; text: string } | undefined> {
  const wanted = invocation.options['archive'];
  if (wanted === undefined) return undefined;
  const file = typeof wanted === 'string' ? wanted : undefined;
  const plan = data.run === null;
  if (plan) return { data, text: `${text}\n  pack it into ${file ?? `${data.release}.tar.zst`}` };
  const { archiveRelease } = await import('#libs/operations');
  const archived = await archiveRelease(dependencies, {
    release: data.release,
    file,
    cwd: invocation.cwd,
    plan,
  });
  return { data: { ...data, archive: archived.data }, text: `${text}\n${archived.text}` };
}
