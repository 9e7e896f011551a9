import { UsageError } from '#libs/settings';
import type { CommandSpec, Invocation, Result } from '../command.js';
import { countOption, flag, listOption, nameOption, oneTenant, textOption } from './options.js';

export const tenantCreate: CommandSpec = {
  path: ['tenant', 'create'],
  summary: 'create a tenant: overlay, database with its roles, media root, first admin; or those of a file',
  arguments: [{ name: '[tenant]', description: "the tenant's name" }],
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
    { flags: '--keep', description: 'when it fails, leave what was made; the next create goes on with it' },
    {
      flags: '--from <file>',
      description: 'create all tenants of a CSV file: columns name, hosts, admin, and any settings key',
    },
    { flags: '--parallel <n>', description: 'with --from: how many at a time (default: 4)' },
  ],
  plan: true,
  run: async (invocation) => {
    const from = textOption(invocation, 'from');
    return from === undefined ? createOne(invocation) : createAll(invocation, from);
  },
};

async function createOne(invocation: Invocation): Promise<Result> {
  if (textOption(invocation, 'parallel') !== undefined) {
    throw new UsageError('--parallel: expected --from with it, found none.', {
      hint: 'One tenant is made by itself.',
    });
  }
  const { createTenant } = await import('#libs/operations');
  const { data, text } = await createTenant(await invocation.dependencies(), {
    name: oneTenant(invocation),
    hosts: listOption(invocation, 'host'),
    title: textOption(invocation, 'title'),
    profiles: listOption(invocation, 'extends'),
    server: textOption(invocation, 'server'),
    app: textOption(invocation, 'app'),
    adminEmail: textOption(invocation, 'admin'),
    adminPasswordFile: textOption(invocation, 'adminPasswordFile'),
    cwd: invocation.cwd,
    keep: flag(invocation, 'keep'),
    plan: flag(invocation, 'plan'),
  });
  return { data, text };
}

const ofOneTenant = ['tenant', 'host', 'title', 'extends', 'app', 'server', 'admin', 'adminPasswordFile'];

async function createAll(invocation: Invocation, from: string): Promise<Result> {
  const typed = ofOneTenant.find((name) => textOption(invocation, name) !== undefined);
  const [named] = invocation.arguments;
  if (typed !== undefined || named !== undefined) {
    const found = typed === undefined ? `"${String(named)}"` : `--${typed}`;
    throw new UsageError(
      `--from: the file says which tenants and what they are like; found ${found} beside it.`,
      {
        hint: 'Use columns such as hosts, admin, app, extends or site.title.',
      },
    );
  }
  const { createMany } = await import('#libs/operations');
  const { data, text, exitCode } = await createMany(await invocation.dependencies(), {
    ...{ from, cwd: invocation.cwd, parallel: countOption(invocation, 'parallel') },
    ...{ keep: flag(invocation, 'keep'), plan: flag(invocation, 'plan') },
  });
  return { data, text, exitCode };
}
