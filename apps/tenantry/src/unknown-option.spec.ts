import { describe, expect, it } from '@jest/globals';
import { buildProgram, translateParseError } from './program.js';
import { commandTable } from './table.js';

/** What is said to a call that never reaches its command. */
async function refusalOf(line: string): Promise<unknown> {
  const program = buildProgram(commandTable, '1.0.0', () => Promise.resolve());
  try {
    await program.parseAsync(line.split(' '), { from: 'user' });
    return undefined;
  } catch (error) {
    const refusal = translateParseError(error);
    return typeof refusal === 'object'
      ? { exitCode: refusal.exitCode, text: `${refusal.message} ${refusal.hint}` }
      : refusal;
  }
}

describe('an option that a command does not have', () => {
  it.each([
    ['start --tenat acme', '--tenat', '--tenant', 'tenantry start'],
    ['start --tenat=acme', '--tenat', '--tenant', 'tenantry start'],
    ['tenant create acme --profile shop', '--profile', '--extends', 'tenantry tenant create'],
    ['tenant create acme --profile=shop', '--profile', '--extends', 'tenantry tenant create'],
    ['migrate --all --dry-run', '--dry-run', '--plan', 'tenantry migrate'],
    ['status --jsn', '--jsn', '--json', 'tenantry status'],
  ])('%s', async (line, typed, meant, command) => {
    expect(await refusalOf(line)).toEqual({
      exitCode: 2,
      text: `tenantry: unknown option "${typed}". Did you mean "${meant}"? Run \`${command} --help\` to see what it takes.`,
    });
  });

  it('has none suggested that is nothing like it, or that the command does not have either', async () => {
    const text = 'tenantry: unknown option "--profile". Run `tenantry status --help` to see what it takes.';
    expect(await refusalOf('status --profile x')).toEqual({ exitCode: 2, text });
  });

  it('is no matter for a command line that is right', async () => {
    expect(await refusalOf('start --tenant acme --json')).toBeUndefined();
    expect(await refusalOf('strat')).toMatchObject({
      text: "tenantry: unknown command 'strat' (Did you mean start?) Run it with --help to see what it takes.",
    });
  });
});
