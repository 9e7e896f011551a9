import type { CommandSpec } from '../command.js';
import { portOption, textOption } from './options.js';

/** What `npm run demo` and `npm run dev` start; no operator's verbs, so help leaves them out. */
export const developmentCommands: readonly CommandSpec[] = [
  {
    path: ['demo'],
    summary: 'three sample tenants in a home that goes away with Ctrl-C',
    hidden: true,
    options: [
      { flags: '--port <port>', description: "the gateway's port (default: 8080, or the next free one)" },
    ],
    run: async (invocation) => {
      const { runDemo } = await import('#libs/operations');
      await runDemo({
        codeRoot: invocation.codeRoot,
        entry: invocation.entry,
        env: invocation.env,
        signal: invocation.signal,
        port: portOption(invocation),
        report: invocation.report,
        out: invocation.output.out,
      });
      return {};
    },
  },
  {
    path: ['build'],
    summary: 'the bundle of this checkout, each application booted once',
    hidden: true,
    run: async ({ codeRoot, entry, env, signal, report }) => {
      const { buildCheckout } = await import('#libs/operations');
      await buildCheckout({ codeRoot, entry, env, signal, report });
      return {};
    },
  },
  {
    path: ['migration', 'generate'],
    summary: "write the migration that the application's entities ask for",
    hidden: true,
    arguments: [{ name: '<name>', description: 'what it does, such as add-due-date' }],
    options: [{ flags: '--app <app>', description: 'the application (default: web)' }],
    run: async (invocation) => {
      const { generateMigration } = await import('#libs/operations');
      return generateMigration({
        codeRoot: invocation.codeRoot,
        name: String(invocation.arguments[0]),
        app: textOption(invocation, 'app') ?? 'web',
        now: new Date(),
        report: invocation.report,
      });
    },
  },
  {
    path: ['dev'],
    summary: "the checkout's own tenants, restarted when the application changes",
    hidden: true,
    options: [
      { flags: '--port <port>', description: "the gateway's port (default: the one of tenantry.yaml)" },
    ],
    run: async (invocation) => {
      const { runDevelopment } = await import('#libs/operations');
      await runDevelopment(await invocation.dependencies(), {
        port: portOption(invocation),
        out: invocation.output.out,
      });
      return {};
    },
  },
];
