import { UsageError } from '#libs/settings';
import type { CommandSpec } from '../command.js';
import { completionScript, shells } from '../completion-scripts.js';

export const completionCommands: readonly CommandSpec[] = [
  {
    path: ['completion'],
    summary: 'print a completion script for bash, zsh or fish',
    arguments: [{ name: '<shell>', description: shells.join(', ') }],
    run: async (invocation) => {
      const shell = shells.find((known) => known === invocation.arguments[0]);
      if (!shell) {
        throw new UsageError(
          `completion: expected bash, zsh or fish, found "${String(invocation.arguments[0])}".`,
          {
            hint: 'Example: source <(tenantry completion bash).',
          },
        );
      }
      return { data: { shell, script: completionScript(shell) }, text: completionScript(shell) };
    },
  },
  {
    path: ['complete'],
    summary: 'answer a completion script',
    hidden: true,
    arguments: [{ name: '[words...]', description: 'the words so far, the last one unfinished' }],
    run: async (invocation) => {
      const { completeWords } = await import('../complete-words.js');
      const words = (invocation.arguments[0] ?? []) as readonly string[];
      const candidates = await completeWords(words, invocation);
      return { data: { candidates }, text: candidates.join('\n') };
    },
  },
];
