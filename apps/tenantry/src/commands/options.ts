import { UsageError } from '#libs/settings';
import type { TargetSelection } from '#libs/operations';
import type { Invocation } from '../command.js';

/** An option's text, undefined when it was not given. */
export function textOption(invocation: Invocation, name: string): string | undefined {
  const value = invocation.options[name];
  return typeof value === 'string' ? value : undefined;
}

export function flag(invocation: Invocation, name: string): boolean {
  return invocation.options[name] === true;
}

/** `a, b` → `['a', 'b']`. */
export function listOption(invocation: Invocation, name: string): string[] | undefined {
  return textOption(invocation, name)
    ?.split(',')
    .map((part) => part.trim())
    .filter(Boolean);
}

export function countOption(invocation: Invocation, name: string): number | undefined {
  const text = textOption(invocation, name);
  if (text === undefined) return undefined;
  if (!/^\d{1,9}$/.test(text)) {
    const typed = name.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
    throw new UsageError(`--${typed}: expected a whole number, found "${text}".`, {
      hint: `Example: --${typed} 20.`,
    });
  }
  return Number(text);
}

/** `--port`; 0 lets the system choose. */
export function portOption(invocation: Invocation): number | undefined {
  const port = countOption(invocation, 'port');
  if (port === undefined || port <= 65_535) return port;
  throw new UsageError(`--port: expected an integer up to 65535, found "${port}".`, {
    hint: 'Example: --port 8080.',
  });
}

/** The targets that were typed: by option, and by name behind a verb that takes names. */
export function targetsOf(invocation: Invocation): TargetSelection {
  const positional = invocation.arguments[0];
  const typed = Array.isArray(positional) ? positional.flatMap((text: string) => text.split(',')) : [];
  const names = [...typed, ...(listOption(invocation, 'tenant') ?? [])];
  return {
    names,
    all: flag(invocation, 'all'),
    select: textOption(invocation, 'select'),
    exclude: listOption(invocation, 'exclude') ?? [],
  };
}

/** Beside an argument that names a tenant. */
export const nameOption = { flags: '--tenant <name>', description: 'the same, as an option' };

/** The one tenant named by argument or `--tenant`. */
export function oneTenant(invocation: Invocation): string {
  const first = invocation.arguments[0];
  const option = textOption(invocation, 'tenant');
  const name = typeof first === 'string' ? first : option;
  if (option !== undefined && option !== name) {
    throw new UsageError(`tenant: expected one name, found "${name}" and "${option}".`, {
      hint: 'Name it once, as argument or with --tenant.',
    });
  }
  if (name === undefined) {
    throw new UsageError('tenant: expected a name, found none.', { hint: 'Name one, such as acme.' });
  }
  return name;
}

/** Of commands that change an overlay. */
export const noRestart = {
  flags: '--no-restart',
  description: 'leave a running tenant as it is until its next start',
};

export function changeOptions(invocation: Invocation): { plan: boolean; noRestart: boolean } {
  // commander turns --no-restart into `restart: false`.
  return { plan: flag(invocation, 'plan'), noRestart: invocation.options['restart'] === false };
}
