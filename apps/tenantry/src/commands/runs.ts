import { UsageError } from '#libs/settings';
import type { CommandSpec } from '../command.js';
import { formatTable } from '../table-text.js';
import { countOption } from './options.js';

export const runsCommands: readonly CommandSpec[] = [
  {
    path: ['runs', 'list'],
    summary: 'list runs over tenants, the newest first',
    options: [{ flags: '--limit <n>', description: 'how many (default: 20)' }],
    run: async (invocation) => {
      const { listRuns } = await import('#libs/operations');
      const runs = listRuns(await invocation.dependencies(), countOption(invocation, 'limit') ?? 20);
      const rows = runs.map(({ id, state, startedAt, tenants, command }) => [
        ...[id, state, startedAt, String(tenants.done), String(tenants.failed), String(tenants.skipped)],
        ...[String(tenants.notReached), command],
      ]);
      const header = ['RUN', 'STATE', 'STARTED', 'DONE', 'FAILED', 'SKIPPED', 'NOT REACHED', 'COMMAND'];
      return { data: { runs }, text: formatTable(header, rows) };
    },
  },
  {
    path: ['runs', 'show'],
    summary: 'show how each tenant of a run ended, and what to type next',
    arguments: [{ name: '<run>', description: 'as `tenantry runs list` names it' }],
    run: async (invocation) => {
      const { showRun } = await import('#libs/operations');
      const [run] = invocation.arguments;
      if (typeof run !== 'string') throw new UsageError('run: expected its id, found none.');
      const shown = showRun(await invocation.dependencies(), run);
      const rows = shown.tenants.map(({ name, state, applied, head, error, why }) => [
        ...[name, state, Array.isArray(applied) ? String(applied.length) : '0'],
        ...[typeof head === 'string' ? head : '-', error ?? (typeof why === 'string' ? why : '')],
      ]);
      const table = formatTable(['TENANT', 'STATE', 'APPLIED', 'HEAD', 'WHY'], rows);
      const about = `Run ${shown.id}: ${shown.state}, release ${shown.release}, begun ${shown.startedAt} by \`${shown.command}\`.`;
      const next = shown.next.map((command) => `Next: ${command}`);
      return { data: { run: shown }, text: [about, table.trimEnd(), ...next].join('\n') };
    },
  },
];
