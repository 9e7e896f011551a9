import { Command, CommanderError, Option } from 'commander';
import { exitCodes } from '#libs/settings';
import type { CommandSpec } from './command.js';
import { BadCommandLine, unknownOption } from './unknown-option.js';

export const targetOptions = [
  ['--tenant <names>', 'these tenants, separated by commas'],
  ['--all', 'every tenant of the home'],
  ['--select <key=value>', 'tenants whose settings have this value, such as ring=canary'],
  ['--exclude <names>', 'but not these'],
] as const;

const commonOptions = [
  [
    '--home <dir>',
    'the home to work on (default: TENANTRY_HOME, else the nearest parent with tenantry.yaml)',
  ],
  ['--json', 'one JSON document on stdout'],
  ['--quiet', 'no progress on stderr'],
  ['--verbose', 'more on stderr, and stack traces'],
] as const;

export type Act = (spec: CommandSpec, parsed: Command) => Promise<void>;

/** Builds the parser from the table; `act` is called with the one command that was asked for. */
export function buildProgram(table: readonly CommandSpec[], version: string, act: Act): Command {
  const program = new Command('tenantry');
  program.description(
    'Runs one NestJS application for many tenants: a process, a database and a media root each.',
  );
  for (const [flags, text] of commonOptions) program.addOption(new Option(flags, text).hideHelp());
  program.version(version, '-V, --version', 'print the version');
  program.addHelpText(
    'after',
    '\nExit codes: 0 done, 1 failed, 2 wrong usage, 3 some tenants failed, 4 refused, 75 locked, 78 wrong settings, 130 interrupted.',
  );
  for (const spec of table) addCommand(program, spec, act);
  for (const command of allCommands(program)) {
    command.exitOverride((error) => {
      throw unknownOption(error, command) ?? error;
    });
    command.configureOutput({ writeErr: () => {} });
    command.showSuggestionAfterError(true);
    command.allowExcessArguments(false);
  }
  return program;
}

function addCommand(program: Command, spec: CommandSpec, act: Act): void {
  const command = commandAt(program, spec);
  command.description(spec.summary);
  for (const argument of spec.arguments ?? []) command.argument(argument.name, argument.description);
  for (const option of spec.options ?? []) command.option(option.flags, option.description);
  if (spec.targets) for (const [flags, text] of targetOptions) command.option(flags, text);
  if (spec.plan) command.option('--plan', 'print the steps, change nothing');
  for (const [flags, text] of commonOptions) command.addOption(new Option(flags, text));
  command.action(async () => act(spec, command));
}

/** Finds or makes the command at the spec's path; a noun such as `tenant` is made on the way. */
function commandAt(program: Command, spec: CommandSpec): Command {
  let command = program;
  for (const [depth, word] of spec.path.entries()) {
    const isLast = depth === spec.path.length - 1;
    const found = command.commands.find((candidate) => candidate.name() === word);
    if (found) command = found;
    else {
      const made = new Command(word);
      if (!isLast) made.description(nounSummaries[word] ?? '');
      command.addCommand(made, { hidden: isLast && (spec.hidden ?? false) });
      command = made;
    }
  }
  return command;
}

const nounSummaries: Readonly<Record<string, string>> = {
  tenant: 'create and look at tenants',
  postgres: "the home's embedded Postgres",
  settings: 'what a tenant is set to, and why',
  secrets: 'passwords and keys of a tenant',
  hosting: 'files for the process manager and the edge server',
  migration: 'write migrations of the checkout',
  runs: 'what was done over many tenants',
};

function allCommands(command: Command): Command[] {
  return [command, ...command.commands.flatMap(allCommands)];
}

/** Commander's refusals become usage errors; help and version are no errors and give exit 0. */
export function translateParseError(error: unknown): BadCommandLine | 'shown' | undefined {
  if (error instanceof BadCommandLine) return error;
  if (!(error instanceof CommanderError)) return undefined;
  if (error.exitCode === exitCodes.done) return 'shown';
  if (error.code === 'commander.help') {
    return new BadCommandLine('tenantry: a command is missing.', {
      hint: 'Run `tenantry --help` for the list.',
    });
  }
  const text = error.message
    .replace(/^error: /, '')
    .replace(/\n/g, ' ')
    .replace(/\.$/, '');
  return new BadCommandLine(`tenantry: ${text}${text.endsWith(')') ? '' : '.'}`, {
    hint: 'Run it with --help to see what it takes.',
  });
}
