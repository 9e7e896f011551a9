import type { CommandSpec } from '../command.js';
import { oneTenant, targetsOf } from './options.js';

export const settingsCommands: readonly CommandSpec[] = [
  {
    path: ['settings', 'show'],
    summary: "show a tenant's settings and where each comes from",
    arguments: [{ name: '[tenant]', description: "the tenant's name" }],
    options: [{ flags: '--tenant <name>', description: 'the same, as an option' }],
    run: async (invocation) => {
      const { showSettings } = await import('#libs/operations');
      const shown = await showSettings(await invocation.dependencies(), oneTenant(invocation));
      return { data: shown.data, text: shown.text };
    },
  },
  {
    path: ['settings', 'check'],
    summary: 'check overlays against the schema and against each other',
    arguments: [{ name: '[tenants...]', description: 'tenants, as --tenant' }],
    targets: true,
    run: async (invocation) => {
      const { checkSettings } = await import('#libs/operations');
      const checked = await checkSettings(await invocation.dependencies(), targetsOf(invocation));
      return { data: checked.data, text: checked.text, exitCode: checked.exitCode };
    },
  },
];
