import type { CommandSpec } from '../command.js';
import { formatTable } from '../table-text.js';
import { countOption, flag, targetsOf } from './options.js';

export const migrateCommands: readonly CommandSpec[] = [
  {
    path: ['migrate'],
    summary: 'apply the pending migrations of the release that is to run',
    arguments: [{ name: '[tenants...]', description: 'tenants, as --tenant' }],
    targets: true,
    plan: true,
    options: [
      { flags: '--parallel <n>', description: 'how many tenants at a time (default: 4)' },
      {
        flags: '--lock-wait <seconds>',
        description: "how long to wait for a tenant's migration lock (default: 10)",
      },
    ],
    run: async (invocation) => {
      const { migrateTenants } = await import('#libs/operations');
      const outcome = await migrateTenants(await invocation.dependencies(), {
        targets: targetsOf(invocation),
        plan: flag(invocation, 'plan'),
        parallel: countOption(invocation, 'parallel'),
        lockWaitSeconds: countOption(invocation, 'lockWait'),
      });
      return { data: outcome.data, text: outcome.text, exitCode: outcome.exitCode };
    },
  },
  {
    path: ['migrate', 'status'],
    summary: "show each tenant's schema head, what is pending, and what the release does not know",
    arguments: [{ name: '[tenants...]', description: 'tenants, as --tenant' }],
    targets: true,
    run: async (invocation) => {
      const { migrationStatus } = await import('#libs/operations');
      const status = await migrationStatus(await invocation.dependencies(), targetsOf(invocation));
      const rows = status.tenants.map((tenant) => [
        ...[tenant.name, tenant.head ?? '-', String(tenant.pending.length), String(tenant.unknown.length)],
        tenant.error ?? '',
      ]);
      return {
        data: { release: status.release, tenants: status.tenants },
        text: formatTable(['TENANT', 'HEAD', 'PENDING', 'UNKNOWN', 'ERROR'], rows),
        exitCode: status.exitCode,
      };
    },
  },
];
