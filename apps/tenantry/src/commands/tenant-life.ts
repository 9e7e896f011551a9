import { UsageError } from '#libs/settings';
import type { CommandSpec, Invocation } from '../command.js';
import { askOnTerminal } from '../terminal.js';
import { flag, listOption, oneTenant, textOption } from './options.js';

const nameArgument = { name: '[tenant]', description: "the tenant's name" };
const nameOption = { flags: '--tenant <name>', description: 'the same, as an option' };
const confirmOption = { flags: '--confirm <tenant>', description: 'the same name again' };
const runOption = { flags: '--run <run>', description: 'the deletion that is meant (default: the newest)' };

function confirmation(invocation: Invocation) {
  return { confirm: textOption(invocation, 'confirm'), ask: askOnTerminal() };
}

export const tenantLifeCommands: readonly CommandSpec[] = [
  {
    path: ['tenant', 'suspend'],
    summary: 'take a tenant out of service: no process, a page for its visitors; database and files stay',
    arguments: [nameArgument],
    options: [nameOption, { flags: '--reason <text>', description: 'for its timeline' }],
    plan: true,
    run: async (invocation) => {
      const { suspendTenant } = await import('#libs/operations');
      return suspendTenant(await invocation.dependencies(), {
        tenant: oneTenant(invocation),
        reason: textOption(invocation, 'reason'),
        plan: flag(invocation, 'plan'),
      });
    },
  },
  {
    path: ['tenant', 'resume'],
    summary: 'bring a suspended tenant back into service',
    arguments: [nameArgument],
    options: [nameOption],
    plan: true,
    run: async (invocation) => {
      const { resumeTenant } = await import('#libs/operations');
      const [tenant, plan] = [oneTenant(invocation), flag(invocation, 'plan')];
      return resumeTenant(await invocation.dependencies(), { tenant, plan });
    },
  },
  {
    path: ['tenant', 'rename'],
    summary: 'give a tenant another name: folder, socket, database, roles, and hosts if asked to',
    arguments: [
      { name: '<tenant>', description: 'the name that it has' },
      { name: '<name>', description: 'the name that it is to have' },
    ],
    options: [
      {
        flags: '--host <hosts>',
        description: 'its hosts from then on, separated by commas (default: as before)',
      },
      {
        flags: '--redirect',
        description: 'send visitors of the hosts that it leaves on to the first of these',
      },
    ],
    plan: true,
    run: async (invocation) => {
      const { renameTenant } = await import('#libs/operations');
      const [tenant, to] = invocation.arguments;
      return renameTenant(await invocation.dependencies(), {
        ...{ tenant: String(tenant), to: String(to) },
        hosts: listOption(invocation, 'host'),
        redirect: flag(invocation, 'redirect'),
        plan: flag(invocation, 'plan'),
      });
    },
  },
  {
    path: ['tenant', 'move'],
    summary: "move a tenant's database to another server; the old one is kept until it is purged",
    arguments: [nameArgument],
    options: [
      nameOption,
      { flags: '--server <name>', description: 'one of postgres.servers in tenantry.yaml' },
    ],
    plan: true,
    run: async (invocation) => {
      const { moveTenant } = await import('#libs/operations');
      const server = textOption(invocation, 'server');
      if (server === undefined) {
        throw new UsageError('--server: expected a server, found none.', {
          hint: 'Name one of postgres.servers in tenantry.yaml.',
        });
      }
      const [tenant, plan] = [oneTenant(invocation), flag(invocation, 'plan')];
      return moveTenant(await invocation.dependencies(), { tenant, server, plan });
    },
  },
  {
    path: ['tenant', 'delete'],
    summary:
      'put a tenant into the trash: stopped, not routed, its database and files kept until they expire',
    arguments: [nameArgument],
    options: [nameOption, confirmOption],
    plan: true,
    run: async (invocation) => {
      const { deleteTenant } = await import('#libs/operations');
      return deleteTenant(await invocation.dependencies(), {
        ...confirmation(invocation),
        tenant: oneTenant(invocation),
        plan: flag(invocation, 'plan'),
      });
    },
  },
  {
    path: ['tenant', 'undelete'],
    summary: 'bring a deleted tenant back, as it was',
    arguments: [nameArgument],
    options: [nameOption, runOption],
    plan: true,
    run: async (invocation) => {
      const { undeleteTenant } = await import('#libs/operations');
      return undeleteTenant(await invocation.dependencies(), {
        tenant: oneTenant(invocation),
        run: textOption(invocation, 'run'),
        plan: flag(invocation, 'plan'),
      });
    },
  },
  {
    path: ['tenant', 'purge'],
    summary: 'remove a deleted tenant for good: database, roles, files',
    arguments: [nameArgument],
    options: [
      ...[nameOption, confirmOption, runOption],
      { flags: '--expired', description: 'all that have expired, without a name' },
    ],
    plan: true,
    run: async (invocation) => {
      const plan = flag(invocation, 'plan');
      if (flag(invocation, 'expired')) {
        const { purgeExpired } = await import('#libs/operations');
        return purgeExpired(await invocation.dependencies(), { plan });
      }
      const { purgeTenant } = await import('#libs/operations');
      return purgeTenant(await invocation.dependencies(), {
        ...confirmation(invocation),
        tenant: oneTenant(invocation),
        run: textOption(invocation, 'run'),
        plan,
      });
    },
  },
  {
    path: ['tenant', 'recover'],
    summary: 'finish a delete, undelete, purge or rename that was cut off half way, or take it back',
    arguments: [nameArgument],
    options: [
      nameOption,
      { flags: '--undo', description: 'take back what was done, instead of finishing it' },
    ],
    run: async (invocation) => {
      const { recoverTenant } = await import('#libs/operations');
      const [tenant, undo] = [oneTenant(invocation), flag(invocation, 'undo')];
      return recoverTenant(await invocation.dependencies(), { tenant, undo });
    },
  },
];
