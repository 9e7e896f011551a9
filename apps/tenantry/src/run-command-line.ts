import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Command } from 'commander';
import { TenantryError, exitCodes, isTenantName } from '#libs/settings';
import type { CommandSpec, Invocation, Output, Result } from './command.js';
import { describeError, errorDocument, nameSystemError } from './errors.js';
import { frugally } from './frugally.js';
import { buildProgram, translateParseError } from './program.js';
import { createReport } from './report.js';
import { commandTable } from './table.js';

export interface Surroundings {
  readonly codeRoot: string;
  readonly entry: string;
  readonly cwd: string;
  readonly env: NodeJS.ProcessEnv;
  readonly stdout: NodeJS.WriteStream;
  readonly stderr: NodeJS.WriteStream;
  onInterrupt(listener: () => void): void;
}

/** Runs one command line and answers with its exit code. Prints; never exits, never throws. */
export async function runCommandLine(words: readonly string[], surroundings: Surroundings): Promise<number> {
  const abort = watchInterrupts(surroundings);
  watchOutputs(surroundings, abort);
  const asJson = words.includes('--json');
  let exitCode: number = exitCodes.done;
  const program = buildProgram(commandTable, readVersion(surroundings.codeRoot), async (spec, parsed) => {
    exitCode = await runCommand({ spec, parsed, words, surroundings, signal: abort.signal });
  });
  try {
    await program.parseAsync([...words], { from: 'user' });
    return exitCode;
  } catch (error) {
    const translated = translateParseError(error);
    if (translated === 'shown') return exitCodes.done;
    return printError(translated ?? error, surroundings, {
      json: asJson,
      verbose: words.includes('--verbose'),
    });
  }
}

interface Call {
  readonly spec: CommandSpec;
  readonly parsed: Command;
  readonly words: readonly string[];
  readonly surroundings: Surroundings;
  readonly signal: AbortSignal;
}

async function runCommand(call: Call): Promise<number> {
  const options = call.parsed.optsWithGlobals<Record<string, unknown>>();
  const style = { json: options['json'] === true, verbose: options['verbose'] === true };
  const isInterrupted = (): boolean => call.signal.aborted && call.spec.endsByInterrupt !== true;
  try {
    const run = (): Promise<Result> => call.spec.run(toInvocation(call, options));
    const result = await (call.spec.isFrugal ? frugally(run) : run());
    printResult(result, call.surroundings, style.json);
    return isInterrupted() ? exitCodes.interrupted : (result.exitCode ?? exitCodes.done);
  } catch (error) {
    const exitCode = printError(error, call.surroundings, { ...style, tenant: onlyTenant(call, options) });
    return isInterrupted() ? exitCodes.interrupted : exitCode;
  }
}

function toInvocation(call: Call, options: Record<string, unknown>): Invocation {
  const { surroundings } = call;
  const { codeRoot, entry, cwd, env } = surroundings;
  const output: Output = { out: (text) => surroundings.stdout.write(text) };
  const report = createReport(surroundings.stderr, {
    isQuiet: options['quiet'] === true,
    term: env['TERM'],
  });
  return {
    arguments: call.parsed.processedArgs as (string | readonly string[] | undefined)[],
    ...{ options, signal: call.signal, codeRoot, entry, cwd, env, output, report },
    dependencies: async (home = textOf(options['home'])) => {
      const { createDependencies } = await import('#libs/operations');
      return createDependencies({
        ...{ home, cwd, env, codeRoot, entry, signal: call.signal, report },
        command: ['tenantry', ...call.words].join(' '),
      });
    },
  };
}

/** The tenant that was named, where it was one: an error of its verb is about it, even one that a library threw. */
function onlyTenant({ spec, parsed }: Call, options: Record<string, unknown>): string | undefined {
  const place = (spec.arguments ?? []).findIndex(({ name }) => /\btenants?\b/.test(name));
  const named = [parsed.processedArgs[place] ?? [], textOf(options['tenant'])?.split(',') ?? []].flat();
  return named.length === 1 && isTenantName(named[0]) ? named[0] : undefined;
}

function textOf(option: unknown): string | undefined {
  return typeof option === 'string' ? option : undefined;
}

function printResult(result: Result, { stdout }: Surroundings, json: boolean): void {
  if (json) stdout.write(`${JSON.stringify(result.data ?? {}, null, 2)}\n`);
  else if (result.text) stdout.write(result.text.endsWith('\n') ? result.text : `${result.text}\n`);
}

function printError(
  thrown: unknown,
  { stdout, stderr }: Surroundings,
  style: { json: boolean; verbose: boolean; tenant?: string | undefined },
): number {
  const error = nameSystemError(thrown);
  if (style.json) stdout.write(`${JSON.stringify(errorDocument(error, style.tenant), null, 2)}\n`);
  else stderr.write(`${describeError(error, style.verbose)}\n`);
  return error instanceof TenantryError ? error.exitCode : exitCodes.failed;
}

/** The first interrupt asks the command to stop, a second one ends the process at once. */
function watchInterrupts(surroundings: Surroundings): AbortController {
  const abort = new AbortController();
  surroundings.onInterrupt(() => {
    if (abort.signal.aborted) process.exit(exitCodes.interrupted);
    abort.abort();
  });
  return abort;
}

/**
 * A reader that went away (`| head`) ends what would go on writing to it. Progress that cannot be written, as on a
 * full disk, must not end a supervisor with all its tenants.
 */
function watchOutputs({ stdout, stderr }: Surroundings, abort: AbortController): void {
  stdout.on('error', () => abort.abort());
  stderr.on('error', () => {});
}

function readVersion(codeRoot: string): string {
  const { version } = JSON.parse(readFileSync(join(codeRoot, 'package.json'), 'utf8')) as { version: string };
  return version;
}
