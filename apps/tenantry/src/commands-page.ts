import type { CommandSpec } from './command.js';
import { targetOptions } from './program.js';

const head =
  '<!-- Written by `npm run docs`: change the command table (apps/tenantry/src/table.ts), then run it. -->';

const intro = `\`tenantry <noun> <verb> [tenant]\`. Every command takes \`--home <dir>\` (the home to work on; without it \`TENANTRY_HOME\`, else the nearest parent with \`tenantry.yaml\`), \`--json\` (one document on stdout), \`--quiet\`, \`--verbose\` and \`--help\`, which never acts.`;

const planOption = { flags: '--plan', description: 'print the steps, change nothing' };

/** docs/commands.md: every command that help lists, from the table. */
export function commandsPage(table: readonly CommandSpec[]): string {
  const shown = table.filter(({ hidden }) => hidden !== true);
  return `${[head, '# Commands', intro, ...shown.map(commandText)].join('\n\n')}\n`;
}

function commandText(spec: CommandSpec): string {
  const words = ['tenantry', ...spec.path, ...(spec.arguments ?? []).map(({ name }) => name)].join(' ');
  const targets = spec.targets ? targetOptions.map(([flags, description]) => ({ flags, description })) : [];
  const rows = [
    ...(spec.arguments ?? []).map(({ name, description }) => ({ flags: name, description })),
    ...(spec.options ?? []),
    ...targets,
    ...(spec.plan ? [planOption] : []),
  ].map(({ flags, description }) => `| \`${flags}\` | ${description.replaceAll('|', String.raw`\|`)} |`);
  const table = rows.length > 0 ? [['| | |', '| --- | --- |', ...rows].join('\n')] : [];
  const summary = `${spec.summary.slice(0, 1).toUpperCase()}${spec.summary.slice(1)}.`;
  return [`## \`${words}\``, summary, ...table].join('\n\n');
}
