import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { RefusedError, Secret, UsageError } from '#libs/settings';
import type { CommandSpec, Invocation } from '../command.js';
import { flag, oneTenant, textOption } from './options.js';

const tenant = { name: '<tenant>', description: "the tenant's name" };
const roles = { owner: ['owner'], runtime: ['runtime'], all: ['owner', 'runtime'] } as const;

export const secretsCommands: readonly CommandSpec[] = [
  {
    path: ['secrets', 'set'],
    summary:
      "set a key of a tenant's secrets.yaml; the value comes from standard input, never from an argument",
    arguments: [tenant, { name: '<key>', description: 'a key that the schema marks secret' }],
    options: [{ flags: '--from-file <file>', description: 'read the value from this file' }],
    plan: true,
    run: async (invocation) => {
      const { setSecret } = await import('#libs/operations');
      return setSecret(await invocation.dependencies(), {
        tenant: oneTenant(invocation),
        key: String(invocation.arguments[1]),
        value: () => readValue(invocation),
        plan: flag(invocation, 'plan'),
      });
    },
  },
  {
    path: ['secrets', 'rotate'],
    summary: "give a tenant's database roles new passwords, without a restart",
    arguments: [tenant],
    options: [{ flags: '--role <role>', description: 'owner, runtime or all (default: all)' }],
    plan: true,
    run: async (invocation) => {
      const { rotateSecrets } = await import('#libs/operations');
      return rotateSecrets(await invocation.dependencies(), {
        tenant: oneTenant(invocation),
        roles: rolesOf(textOption(invocation, 'role') ?? 'all'),
        plan: flag(invocation, 'plan'),
      });
    },
  },
];

function rolesOf(text: string): readonly ('owner' | 'runtime')[] {
  if (text === 'owner' || text === 'runtime' || text === 'all') return roles[text];
  throw new UsageError(`--role: expected owner, runtime or all, found ${JSON.stringify(text)}.`, {
    hint: 'Example: --role runtime.',
  });
}

/** Without the line break that `echo` and editors put at the end. */
async function readValue(invocation: Invocation): Promise<Secret> {
  const file = textOption(invocation, 'fromFile');
  const text =
    file === undefined ? await readStandardInput() : await readGiven(resolve(invocation.cwd, file));
  return new Secret(text.replace(/\r?\n$/, ''));
}

async function readGiven(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    throw new UsageError(`--from-file: ${file} cannot be read.`, {
      hint: 'Name a readable file.',
      cause: error,
    });
  }
}

async function readStandardInput(): Promise<string> {
  if (process.stdin.isTTY) {
    // A terminal would show it.
    throw new RefusedError('secrets set: expected the value on standard input, found a terminal.', {
      hint: 'Pipe it in, as in `pass show mail | tenantry secrets set …`, or use --from-file.',
    });
  }
  const chunks: Buffer[] = [];
  for await (const chunk of process.stdin) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString('utf8');
}
