import { findHome } from '#libs/settings';
import type { CommandSpec } from '../command.js';
import { flag, textOption } from './options.js';

export const doctorCommands: readonly CommandSpec[] = [
  {
    path: ['doctor'],
    summary:
      'compare the tenants folder with disk, servers, roles, grants, processes and leftovers; starts and changes nothing',
    options: [
      { flags: '--fix', description: 'mend what is safe to mend; nothing is ever dropped or destroyed' },
    ],
    plan: true,
    run: async (invocation) => {
      const { doctor } = await import('#libs/operations');
      const home = textOption(invocation, 'home');
      const env = home === undefined ? invocation.env : { ...invocation.env, TENANTRY_HOME: home };
      return doctor({
        find: () => findHome({ env, cwd: invocation.cwd }),
        open: () => invocation.dependencies(),
        fix: flag(invocation, 'fix'),
        plan: flag(invocation, 'plan'),
      });
    },
  },
];
