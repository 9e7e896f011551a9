import type { CommandSpec, Invocation } from '../command.js';
import { flag, oneTenant, targetsOf, textOption } from './options.js';

const tenantArgument = { name: '[tenant]', description: "the tenant's name" };
const tenantOption = { flags: '--tenant <name>', description: 'the same, as an option' };

export const settingsCommands: readonly CommandSpec[] = [
  {
    path: ['settings', 'show'],
    summary: "show a tenant's settings and where each comes from",
    arguments: [tenantArgument],
    options: [
      tenantOption,
      {
        flags: '--only-overridden',
        description: 'only what a profile, the tenant or the environment sets',
      },
    ],
    run: async (invocation) => {
      const { showSettings } = await import('#libs/operations');
      const tenant = oneTenant(invocation);
      const onlyOverridden = flag(invocation, 'onlyOverridden');
      return showSettings(await invocation.dependencies(), { tenant, onlyOverridden });
    },
  },
  {
    path: ['settings', 'explain'],
    summary: 'print every layer that set a key, the winner last',
    arguments: [
      { name: '<tenant>', description: "the tenant's name" },
      { name: '[key]', description: 'such as site.title (default: every key)' },
    ],
    run: async (invocation) => {
      const { explainSettings } = await import('#libs/operations');
      const [tenant, key] = [oneTenant(invocation), argument(invocation, 1)];
      return explainSettings(await invocation.dependencies(), { tenant, key });
    },
  },
  {
    path: ['settings', 'diff'],
    summary: "compare two tenants' settings, or one tenant's under another release",
    arguments: [
      { name: '<tenant>', description: "the tenant's name" },
      { name: '[other-tenant]', description: 'the tenant to compare it with' },
    ],
    options: [{ flags: '--release <id>', description: 'compare with the same tenant under this release' }],
    run: async (invocation) => {
      const { diffSettings } = await import('#libs/operations');
      const [tenant, other] = [oneTenant(invocation), argument(invocation, 1)];
      const release = textOption(invocation, 'release');
      return diffSettings(await invocation.dependencies(), { tenant, other, release });
    },
  },
  {
    path: ['settings', 'check'],
    summary: 'check overlays against the schema and against each other',
    arguments: [{ name: '[tenants...]', description: 'tenants, as --tenant' }],
    options: [{ flags: '--release <id>', description: 'against this release, before it is deployed' }],
    targets: true,
    run: async (invocation) => {
      const { checkSettings } = await import('#libs/operations');
      const request = { targets: targetsOf(invocation), release: textOption(invocation, 'release') };
      return checkSettings(await invocation.dependencies(), request);
    },
  },
];

function argument(invocation: Invocation, index: number): string | undefined {
  const value = invocation.arguments[index];
  return typeof value === 'string' ? value : undefined;
}
