import type { CommandSpec, Invocation } from '../command.js';
import { formatTable } from '../table-text.js';
import { countOption, flag, listOption, oneTenant, textOption } from './options.js';

const nameArgument = { name: '[tenant]', description: "the tenant's name" };
const nameOption = { flags: '--tenant <name>', description: 'the same, as an option' };

export const tenantCommands: readonly CommandSpec[] = [
  {
    path: ['tenant', 'create'],
    summary: 'create a tenant: overlay, database with its roles, media root, first admin',
    arguments: [nameArgument],
    options: [
      nameOption,
      { flags: '--host <hosts>', description: 'hosts, separated by commas (default: <name>.localhost)' },
      { flags: '--title <title>', description: "the site's title" },
      { flags: '--extends <profiles>', description: 'profiles, separated by commas' },
      { flags: '--app <app>', description: 'the application that it boots (default: web)' },
      {
        flags: '--server <name>',
        description: 'the Postgres server (default: the default of tenantry.yaml)',
      },
      {
        flags: '--admin <email>',
        description: 'e-mail address of the first admin (default: admin@<first host>)',
      },
      {
        flags: '--admin-password-file <file>',
        description: 'read the password of the first admin from this file (default: one is made)',
      },
    ],
    plan: true,
    run: async (invocation) => {
      const { createTenant } = await import('#libs/operations');
      const created = await createTenant(await invocation.dependencies(), {
        name: oneTenant(invocation),
        hosts: listOption(invocation, 'host'),
        title: textOption(invocation, 'title'),
        profiles: listOption(invocation, 'extends'),
        server: textOption(invocation, 'server'),
        app: textOption(invocation, 'app'),
        adminEmail: textOption(invocation, 'admin'),
        adminPasswordFile: textOption(invocation, 'adminPasswordFile'),
        cwd: invocation.cwd,
        plan: flag(invocation, 'plan'),
      });
      return { data: created.data, text: created.text };
    },
  },
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
