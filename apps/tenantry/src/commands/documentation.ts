import { join } from 'node:path';
import type { CommandSpec, Invocation, Result } from '../command.js';
import { flag } from './options.js';

/** What is written from the schema and from the table itself. */
export const documentationCommands: readonly CommandSpec[] = [
  {
    path: ['settings', 'docs'],
    summary: 'write docs/settings.md of the checkout from the schema',
    options: [{ flags: '--print', description: 'print the page instead' }],
    run: async (invocation) => {
      const page = await pageOfSettings(invocation);
      return flag(invocation, 'print') ? { data: page, text: page.text } : writePages(invocation, [page]);
    },
  },
  {
    path: ['settings', 'schema'],
    summary: 'write the JSON Schema by which editors check and complete overlays',
    run: async (invocation) => {
      const { writeSettingsSchemas } = await import('#libs/operations');
      return writeSettingsSchemas(await invocation.dependencies());
    },
  },
  {
    path: ['docs'],
    summary: 'write the generated pages of docs/',
    hidden: true,
    run: async (invocation) => {
      // Not at the top: the table imports this file.
      const [{ commandTable }, { commandsPage }] = await Promise.all([
        import('../table.js'),
        import('../commands-page.js'),
      ]);
      const commands = { path: 'docs/commands.md', text: commandsPage(commandTable) };
      return writePages(invocation, [await pageOfSettings(invocation), commands]);
    },
  },
];

interface Page {
  readonly path: string;
  readonly text: string;
}

async function pageOfSettings({ codeRoot }: Invocation): Promise<Page> {
  const { settingsPage } = await import('#libs/operations');
  return settingsPage({ id: 'checkout', dir: codeRoot, kind: 'checkout' });
}

async function writePages({ codeRoot }: Invocation, pages: readonly Page[]): Promise<Result> {
  const { writeFileAtomically } = await import('#libs/settings');
  for (const { path, text } of pages) writeFileAtomically(join(codeRoot, path), text, 0o644);
  const files = pages.map(({ path }) => path);
  return { data: { files }, text: files.map((file) => `Wrote ${file}.`).join('\n') };
}
