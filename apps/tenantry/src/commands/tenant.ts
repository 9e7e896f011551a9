import type { CommandSpec, Invocation } from '../command.js';
import { formatTable } from '../table-text.js';
import { countOption, flag, nameOption, oneTenant } from './options.js';
import { tenantCreate } from './tenant-create.js';

const nameArgument = { name: '[tenant]', description: "the tenant's name" };

export const tenantCommands: readonly CommandSpec[] = [
  tenantCreate,
  {
    path: ['tenant', 'list'],
    summary: 'list the tenants of the home',
    options: [{ flags: '--deleted', description: 'those in the trash instead' }],
    run: async (invocation) => {
      if (flag(invocation, 'deleted')) return listDeleted(invocation);
      // Each by itself: a bundle then loads these two, and not all operations.
      const { listTenants } = await import('#libs/operations');
      const { releaseText } = await import('#libs/operations');
      const tenants = await listTenants(await invocation.dependencies());
      const rows = tenants.map((tenant) => [
        ...[tenant.name, tenant.state, releaseText(tenant), tenant.hosts.join(' ') || '-'],
        tenant.database ?? '-',
      ]);
      const text = rows.length
        ? formatTable(['TENANT', 'STATE', 'RELEASE', 'HOSTS', 'DATABASE'], rows)
        : 'No tenants yet. Create one with `tenantry tenant create NAME`.';
      return { data: { tenants }, text };
    },
  },
  {
    path: ['tenant', 'show'],
    summary: 'show one tenant: where it lives, its state and its latest events',
    arguments: [nameArgument],
    options: [
      nameOption,
      { flags: '--events <n>', description: 'how many events of its timeline (default: 10)' },
    ],
    run: async (invocation) => {
      const { showTenant } = await import('#libs/operations');
      const shown = await showTenant(
        await invocation.dependencies(),
        oneTenant(invocation),
        countOption(invocation, 'events') ?? 10,
      );
      return { data: shown.data, text: shown.text };
    },
  },
];

async function listDeleted(invocation: Invocation) {
  const { trashList } = await import('#libs/operations');
  const tenants = trashList(await invocation.dependencies());
  const rows = tenants.map(({ name, kind, deletedAt, expiresAt, isExpired, run }) => [
    ...[name, kind, deletedAt, isExpired ? `${expiresAt} (expired)` : expiresAt, run],
  ]);
  const text = rows.length
    ? formatTable(['TENANT', 'WHAT', 'SINCE', 'EXPIRES', 'RUN'], rows)
    : 'Nothing is in the trash.';
  return { data: { tenants }, text };
}
