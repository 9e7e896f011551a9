import type { CommandSpec, Invocation } from './command.js';
import { shells } from './completion-scripts.js';
import { commandTable } from './table.js';

const targetFlags = ['--tenant', '--all', '--select', '--exclude'];
const takesTenants = new Set(['--tenant', '--exclude']);

/** What may stand where the last word is: commands, options, or tenant names. */
export async function completeWords(words: readonly string[], invocation: Invocation): Promise<string[]> {
  // Bash breaks `--tenant=acme` into three words.
  const whole = words.slice(0, -1).filter((word) => word !== '=');
  const typed = withoutHome(whole);
  const last = words.at(-1) ?? '';
  const current = last === '=' ? '' : last;
  const tenants = () => tenantNames(invocation, current, homeIn(whole));
  const candidates = await candidatesAfter(typed, current, tenants);
  return candidates.filter((candidate) => candidate.startsWith(current)).toSorted();
}

function homeIn(words: readonly string[]): string | undefined {
  const place = words.lastIndexOf('--home');
  return place < 0 ? undefined : words[place + 1];
}

/** `--home DIR` may stand anywhere. */
function withoutHome(words: readonly string[]): string[] {
  return words.filter((word, index) => word !== '--home' && words[index - 1] !== '--home');
}

async function candidatesAfter(
  typed: readonly string[],
  current: string,
  tenants: () => Promise<string[]>,
): Promise<string[]> {
  const spec = findCommand(typed);
  if (takesTenants.has(typed.at(-1) ?? '')) return tenants();
  const nested = commandTable
    .filter((entry) => !entry.hidden && entry.path.length > typed.length)
    .filter((entry) => typed.every((word, index) => entry.path[index] === word))
    .map((entry) => entry.path[typed.length] ?? '');
  if (!spec) return [...new Set(nested)];
  if (current.startsWith('-')) return optionsOf(spec);
  if (spec.path[0] === 'completion') return [...shells];
  const wantsTenant =
    spec.arguments?.some(({ name }) => name.includes('tenant')) && spec.path[1] !== 'create';
  return [...new Set(nested), ...(wantsTenant ? await tenants() : [])];
}

function findCommand(words: readonly string[]): CommandSpec | undefined {
  return commandTable
    .filter((spec) => spec.path.every((word, index) => words[index] === word))
    .toSorted((a, b) => b.path.length - a.path.length)[0];
}

function optionsOf(spec: CommandSpec): string[] {
  const own = (spec.options ?? []).flatMap(({ flags }) => flags.match(/--[a-z-]+/g) ?? []);
  const shared = [...(spec.targets ? targetFlags : []), ...(spec.plan ? ['--plan'] : [])];
  return [...own, ...shared, '--home', '--json', '--quiet', '--verbose', '--help'];
}

/** Names after the last comma of a list: `a,b` completes `b`. */
async function tenantNames(
  invocation: Invocation,
  current: string,
  home: string | undefined,
): Promise<string[]> {
  const { listNames } = await import('#libs/operations');
  const before = current.slice(0, current.lastIndexOf(',') + 1);
  const names = listNames(await invocation.dependencies(home));
  return names.map((name) => `${before}${name}`);
}
