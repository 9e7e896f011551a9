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
        surroundings: { ...invocation, command: 'tenantry init', now: new Date() },
      });
      const { text, ...data } = result;
      return { data, text };
    },
  },
  changeCommand('start', "start the home's embedded Postgres"),
  changeCommand('stop', "stop the home's embedded Postgres"),
  {
    path: ['postgres', 'run'],
    summary: "keep the home's embedded Postgres running in the foreground, for a process manager",
    options: [server],
    plan: true,
    endsByInterrupt: true,
    run: async (invocation) => {
      const { runPostgres } = await import('#libs/operations');
      const asJson = flag(invocation, 'json');
      const { text, ...data } = await runPostgres(await invocation.dependencies(), {
        server: textOption(invocation, 'server'),
        plan: flag(invocation, 'plan'),
        announce: asJson ? () => {} : invocation.output.out,
      });
      return { data, text };
    },
  },
  {
    path: ['postgres', 'status'],
    summary: "say whether the home's embedded Postgres runs, and where",
    options: [server],
    run: async (invocation) => {
      const { postgresVerbs } = await import('#libs/operations');
      const result = await postgresVerbs.status(
        await invocation.dependencies(),
        textOption(invocation, 'server'),
      );
      const { text, ...data } = result;
      return { data, text };
    },
  },
  {
    path: ['postgres', 'pooler'],
    summary: "print the pgbouncer.ini for a server's pooler",
    options: [server],
    run: async (invocation) => {
      const { poolerConfiguration } = await import('#libs/operations');
      const result = await poolerConfiguration(
        await invocation.dependencies(),
        textOption(invocation, 'server'),
      );
      return { data: result, text: result.text.trimEnd() };
    },
  },
];

function changeCommand(verb: 'start' | 'stop', summary: string): CommandSpec {
  return {
    path: ['postgres', verb],
    summary,
    options: [server],
    plan: true,
    run: async (invocation) => {
      const { changePostgres } = await import('#libs/operations');
      const result = await changePostgres(await invocation.dependencies(), verb, {
        server: textOption(invocation, 'server'),
        plan: flag(invocation, 'plan'),
      });
      const { text, ...data } = result;
      return { data, text };
    },
  };
}
