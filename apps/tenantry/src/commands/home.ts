import type { CommandSpec } from '../command.js';
import { flag, textOption } from './options.js';

const server = {
  flags: '--server <name>',
  description: 'which server of tenantry.yaml (default: its default)',
};

/** The home itself and its embedded Postgres. */
export const homeCommands: readonly CommandSpec[] = [
  {
    path: ['init'],
    summary: 'lay out a new home',
    arguments: [{ name: '<dir>', description: 'the folder; made when it is missing' }],
    options: [
      { flags: '--postgres <url>', description: 'use this server instead of an embedded one' },
      { flags: '--port <port>', description: "the gateway's port (default: 8080)" },
    ],
    plan: true,
    run: async (invocation) => {
      const { initHome } = await import('#libs/operations');
      const result = await initHome({
        dir: String(invocation.arguments[0]),
        cwd: invocation.cwd,
        postgresUrl: textOption(invocation, 'postgres'),
        port: textOption(invocation, 'port'),
        env: invocation.env,
        plan: flag(invocation, 'plan'),
      });
      const { text, ...data } = result;
      return { data, text };
    },
  },
  postgresCommand('start', "start the home's embedded Postgres"),
  postgresCommand('stop', "stop the home's embedded Postgres"),
  postgresCommand('status', "say whether the home's embedded Postgres runs, and where"),
];

function postgresCommand(verb: 'start' | 'stop' | 'status', summary: string): CommandSpec {
  return {
    path: ['postgres', verb],
    summary,
    options: [server],
    run: async (invocation) => {
      const { postgresVerbs } = await import('#libs/operations');
      const result = await postgresVerbs[verb](
        await invocation.dependencies(),
        textOption(invocation, 'server'),
      );
      const { text, ...data } = result;
      return { data, text };
    },
  };
}
