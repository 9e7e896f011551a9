import type { CommandSpec } from '../command.js';
import { flag, textOption } from './options.js';

export const hostingCommands: readonly CommandSpec[] = [
  {
    path: ['hosting', 'generate'],
    summary: 'write the files for process manager and edge server to a folder, to be looked at',
    options: [{ flags: '--out <dir>', description: 'where to (default: hosting-preview)' }],
    run: async (invocation) => {
      const { generateHosting } = await import('#libs/operations');
      const out = textOption(invocation, 'out') ?? 'hosting-preview';
      return generateHosting(await invocation.dependencies(), { out, cwd: invocation.cwd });
    },
  },
  {
    path: ['hosting', 'diff'],
    summary: 'show what hosting apply would change, line by line',
    run: async (invocation) => {
      const { diffHosting } = await import('#libs/operations');
      return diffHosting(await invocation.dependencies());
    },
  },
  {
    path: ['hosting', 'apply'],
    summary:
      'check the files for process manager and edge server, put them in place, reload, and prove by requests',
    plan: true,
    options: [
      { flags: '--users', description: "also make the tenants' users and give them their files (as root)" },
    ],
    run: async (invocation) => {
      const { applyHosting } = await import('#libs/operations');
      const request = { users: flag(invocation, 'users'), plan: flag(invocation, 'plan') };
      return applyHosting(await invocation.dependencies(), request);
    },
  },
];
