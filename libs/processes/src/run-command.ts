import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { FailedError } from '#libs/settings';

export interface CommandToRun {
  readonly command: string;
  readonly args: readonly string[];
  /** The whole environment. Default: `commandEnvironment`. */
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: string;
  /** Killed after so long. Default 60 s. */
  readonly timeoutMs?: number;
  /** Told what it prints, on either output, line by line as it comes. */
  readonly onLine?: (line: string) => void;
}

export interface Finished {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

export class CommandMissing extends FailedError {
  override readonly code = 'COMMAND_MISSING';
}

export class CommandFailed extends FailedError {
  override readonly code = 'COMMAND_FAILED';
}

/** PATH, and messages in English. */
export const commandEnvironment: Readonly<Record<string, string>> = {
  PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
  LC_ALL: 'C.UTF-8',
};

/** Runs a program of the system to its end; throws CommandMissing when there is none of that name. */
export async function runCommand({ command, args, ...options }: CommandToRun): Promise<Finished> {
  const child = spawn(command, args, {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: options.env ?? commandEnvironment,
    cwd: options.cwd ?? '/',
    timeout: options.timeoutMs ?? 60_000,
    killSignal: 'SIGKILL',
  });
  const ended = new Promise<number>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) => resolve(code ?? 1));
  });
  try {
    const read = (output: Readable): Promise<string> => readAll(output, options.onLine);
    const [stdout, stderr, code] = await Promise.all([read(child.stdout), read(child.stderr), ended]);
    return { code, stdout, stderr };
  } catch (error) {
    throw new CommandMissing(`${command}: cannot be run: ${reasonOf(error)}.`, {
      cause: error,
      hint: `Install the package that brings ${command}.`,
    });
  }
}

async function readAll(output: Readable, onLine: CommandToRun['onLine']): Promise<string> {
  if (onLine === undefined) return text(output);
  const lines: string[] = [];
  for await (const line of createInterface({ input: output })) {
    lines.push(`${line}\n`);
    onLine(line);
  }
  return lines.join('');
}

/** The same, for a command that has to work: its standard output. Throws CommandFailed with its own words. */
export async function runToSuccess(command: CommandToRun): Promise<string> {
  const { code, stdout, stderr } = await runCommand(command);
  if (code === 0) return stdout;
  const words = (stderr.trim() || stdout.trim()).split('\n').slice(-5).join('\n');
  throw new CommandFailed(`${command.command} ${command.args.join(' ')}: exit ${code}: ${words}`);
}

function reasonOf(error: unknown): string {
  const { code, message } = error as NodeJS.ErrnoException;
  return code === 'ENOENT' ? 'no such command' : message;
}
