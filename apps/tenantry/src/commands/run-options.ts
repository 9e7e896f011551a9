import { UsageError, parseDuration } from '#libs/settings';
import type { RunOptions } from '#libs/operations';
import type { Invocation, OptionSpec } from '../command.js';
import { countOption, textOption } from './options.js';

/** What every command that works through databases takes. */
export const runOptionSpecs: readonly OptionSpec[] = [
  {
    flags: '--parallel <n>',
    description:
      'how many tenants at a time on each server (default: auto, as many as its connections allow)',
  },
  {
    flags: '--lock-wait <seconds>',
    description: "how long to wait for a tenant's migration lock, or for a free connection (default: 10)",
  },
  {
    flags: '--lock-timeout <duration>',
    description: 'how long a migration may wait for a table, unless it says itself (default: 10s)',
  },
  {
    flags: '--statement-timeout <duration>',
    description:
      'how long one statement of a migration may take, unless it says itself (default: 0, no limit)',
  },
  {
    flags: '--max-failures <n>',
    description: 'stop when more than so many tenants failed: a number, or a percentage (default: never)',
  },
  {
    flags: '--wave <n>',
    description: 'so many tenants first, a number or a percentage, then the next so many',
  },
  { flags: '--wave-pause <duration>', description: 'how long to wait between two waves, such as 30s' },
  {
    flags: '--wave-check <command>',
    description: 'run by the shell between two waves; the run stops there when it fails',
  },
  {
    flags: '--release <id>',
    description: 'the release whose migrations are meant (default: the one that each tenant runs)',
  },
];

export async function runOptionsOf(invocation: Invocation): Promise<RunOptions> {
  const { parseShare } = await import('#libs/operations');
  const share = (name: string, typed: string) => {
    const text = textOption(invocation, name);
    return text === undefined ? undefined : parseShare(typed, text);
  };
  const isAuto = textOption(invocation, 'parallel') === 'auto';
  return {
    parallel: isAuto ? undefined : countOption(invocation, 'parallel'),
    lockWaitSeconds: countOption(invocation, 'lockWait'),
    lockTimeoutMs: durationOption(invocation, 'lockTimeout'),
    statementTimeoutMs: durationOption(invocation, 'statementTimeout'),
    maxFailures: share('maxFailures', 'max-failures'),
    wave: share('wave', 'wave'),
    wavePauseMs: durationOption(invocation, 'wavePause'),
    waveCheck: textOption(invocation, 'waveCheck'),
    release: textOption(invocation, 'release'),
  };
}

function durationOption(invocation: Invocation, name: string): number | undefined {
  const text = textOption(invocation, name);
  if (text === undefined) return undefined;
  const durationMs = parseDuration(text);
  if (durationMs !== undefined) return durationMs;
  const typed = name.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
  throw new UsageError(`--${typed}: expected a duration, found "${text}".`, {
    hint: `Example: --${typed} 30s.`,
  });
}
