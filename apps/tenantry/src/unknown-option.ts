import type { Command, CommanderError } from 'commander';
import { UsageError, nearest } from '#libs/settings';

/** A call that commander refused, in the project's own form. */
export class BadCommandLine extends UsageError {
  override readonly code = 'BAD_COMMAND_LINE';
}

/** What people type who know the thing by another name, from other tools or from our own documents. */
const otherNames: Readonly<Record<string, readonly string[]>> = {
  '--extends': ['--profile', '--profiles', '--template'],
  '--plan': ['--dry-run', '--dryrun', '--what-if'],
  '--host': ['--hostname', '--domain', '--domains'],
  '--tenant': ['--tenants', '--name', '--only'],
  '--exclude': ['--except', '--skip'],
  '--select': ['--filter', '--where'],
  '--wave': ['--batch', '--batch-size'],
  '--parallel': ['--jobs', '--concurrency'],
};

/** The refusal of an option that the command does not have, with the one that was probably meant. */
export function unknownOption(error: CommanderError, command: Command): BadCommandLine | undefined {
  if (error.code !== 'commander.unknownOption') return undefined;
  // Commander tells which one in its message alone.
  const [, typed = '', flag = typed] = /'((--?[^'=]+)[^']*)'/.exec(error.message) ?? [];
  const known = command.options.flatMap(({ long }) => long ?? []);
  const meant = known.find((each) => otherNames[each]?.includes(flag)) ?? nearest(flag, known);
  const words = pathOf(command).join(' ');
  return new BadCommandLine(`tenantry: unknown option "${flag}".`, {
    hint: `${meant === undefined ? '' : `Did you mean "${meant}"? `}Run \`${words} --help\` to see what it takes.`,
  });
}

function pathOf(command: Command): string[] {
  return command.parent === null ? [command.name()] : [...pathOf(command.parent), command.name()];
}
