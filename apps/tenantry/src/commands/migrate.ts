import { UsageError } from '#libs/settings';
import type { FleetOutcome } from '#libs/operations';
import type { CommandSpec, Invocation, Result } from '../command.js';
import { countOption, flag, listOption, targetsOf, textOption } from './options.js';
import { statusTable } from './migration-rows.js';
import { runOptionSpecs, runOptionsOf } from './run-options.js';

const tenantsArgument = { name: '[tenants...]', description: 'tenants, as --tenant' };
const runArgument = { name: '<run>', description: 'as `tenantry runs list` names it' };
const confirmOption = {
  flags: '--confirm <number>',
  description: 'for several tenants: their number, or all',
};

export const migrateCommands: readonly CommandSpec[] = [
  {
    path: ['migrate'],
    isFrugal: true,
    summary: 'apply the pending migrations of the release that is to run',
    arguments: [tenantsArgument],
    targets: true,
    plan: true,
    options: [
      ...runOptionSpecs,
      { flags: '--to <migration>', description: 'the last migration to apply' },
      { flags: '--fake', description: 'record pending migrations as applied without running them' },
      {
        flags: '--allow <migrations>',
        description:
          'these may run out of order, or differ from what was applied; names, separated by commas',
      },
      confirmOption,
    ],
    run: async (invocation) => {
      const { migrateTenants } = await import('#libs/operations');
      return toResult(
        await migrateTenants(await invocation.dependencies(), {
          ...(await runOptionsOf(invocation)),
          ...{ targets: targetsOf(invocation), plan: flag(invocation, 'plan') },
          ...{ to: textOption(invocation, 'to'), isFake: flag(invocation, 'fake') },
          ...{ allow: listOption(invocation, 'allow'), confirm: textOption(invocation, 'confirm') },
        }),
      );
    },
  },
  {
    path: ['migrate', 'status'],
    isFrugal: true,
    summary:
      "show each tenant's schema head, what is pending, unknown to the release, differs from it, and failed last time",
    arguments: [tenantsArgument],
    targets: true,
    options: [
      { flags: '--release <id>', description: 'compare with this release' },
      { flags: '--no-drift', description: 'do not compare schemas, which takes longer than all the rest' },
    ],
    run: async (invocation) => {
      const { migrationStatus } = await import('#libs/operations');
      const status = await migrationStatus(await invocation.dependencies(), {
        ...{ targets: targetsOf(invocation), release: textOption(invocation, 'release') },
        drift: flag(invocation, 'drift'),
      });
      const { release, tenants, exitCode } = status;
      return { data: { release, tenants }, text: statusTable(tenants), exitCode };
    },
  },
  {
    path: ['migrate', 'drift'],
    summary:
      "find where tenants' schemas differ from what their release makes, and the statements that mend it",
    arguments: [tenantsArgument],
    targets: true,
    options: [{ flags: '--release <id>', description: 'compare with what this release makes' }],
    run: async (invocation) => {
      const { migrationDrift } = await import('#libs/operations');
      const release = textOption(invocation, 'release');
      return migrationDrift(await invocation.dependencies(), targetsOf(invocation), release);
    },
  },
  {
    path: ['migrate', 'down'],
    isFrugal: true,
    summary: 'take the last migrations of tenants back',
    arguments: [tenantsArgument],
    targets: true,
    plan: true,
    options: [
      { flags: '--steps <n>', description: 'how many migrations, counted from the last one applied' },
      confirmOption,
      ...runOptionSpecs,
    ],
    run: async (invocation) => {
      const { migrateDown } = await import('#libs/operations');
      return toResult(
        await migrateDown(await invocation.dependencies(), {
          ...(await runOptionsOf(invocation)),
          ...{ targets: targetsOf(invocation), plan: flag(invocation, 'plan') },
          ...{ steps: countOption(invocation, 'steps'), confirm: textOption(invocation, 'confirm') },
        }),
      );
    },
  },
  {
    path: ['migrate', 'lint'],
    summary: 'find what in migrations would block or break tenants in use; runs them in a scratch database',
    options: [
      { flags: '--since <migration>', description: 'only those that come after this one' },
      { flags: '--release <id>', description: 'of this release (default: the one that tenants run)' },
    ],
    run: async (invocation) => {
      const { lintRelease } = await import('#libs/operations');
      const { text, exitCode, ...data } = await lintRelease(await invocation.dependencies(), {
        ...{ since: textOption(invocation, 'since'), release: textOption(invocation, 'release') },
      });
      return { data, text, exitCode };
    },
  },
  {
    path: ['migrate', 'resume'],
    isFrugal: true,
    summary: 'go on with a run that was killed, interrupted or stopped',
    arguments: [runArgument],
    run: async (invocation) => {
      const { resumeRun } = await import('#libs/operations');
      return toResult(await resumeRun(await invocation.dependencies(), { run: oneRun(invocation) }));
    },
  },
  {
    path: ['migrate', 'retry-failed'],
    isFrugal: true,
    summary: 'migrate the tenants that failed in a run, as a new run',
    arguments: [runArgument],
    options: [{ flags: '--release <id>', description: 'with the migrations of this release' }],
    run: async (invocation) => {
      const { retryFailed } = await import('#libs/operations');
      const release = textOption(invocation, 'release');
      return toResult(
        await retryFailed(await invocation.dependencies(), { run: oneRun(invocation), release }),
      );
    },
  },
  {
    path: ['migrate', 'undo'],
    isFrugal: true,
    summary: 'take back exactly what a run applied',
    arguments: [runArgument],
    plan: true,
    options: [confirmOption, ...runOptionSpecs],
    run: async (invocation) => {
      const { undoRun } = await import('#libs/operations');
      return toResult(
        await undoRun(await invocation.dependencies(), {
          ...(await runOptionsOf(invocation)),
          ...{ run: oneRun(invocation), plan: flag(invocation, 'plan') },
          confirm: textOption(invocation, 'confirm'),
        }),
      );
    },
  },
];

function oneRun(invocation: Invocation): string {
  const [run] = invocation.arguments;
  if (typeof run === 'string') return run;
  throw new UsageError('run: expected its id, found none.', { hint: 'List them with `tenantry runs list`.' });
}

function toResult({ data, text, exitCode }: FleetOutcome): Result {
  return { data, text, exitCode };
}
