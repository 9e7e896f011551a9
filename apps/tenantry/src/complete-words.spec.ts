import { describe, expect, it } from '@jest/globals';
import type { Invocation } from './command.js';
import { completeWords } from './complete-words.js';

const invocation = {
  dependencies: () => Promise.reject(new TypeError('completing commands must not open a home')),
} as unknown as Invocation;

describe('completeWords', () => {
  it.each([
    [
      [''],
      [
        'completion',
        'deploy',
        'doctor',
        'hosting',
        'init',
        'lock',
        'logs',
        'migrate',
        'postgres',
        'release',
        'restart',
        'rollback',
        'runs',
        'secrets',
        'settings',
        'start',
        'status',
        'stop',
        'tenant',
      ],
    ],
    [['te'], ['tenant']],
    [
      ['tenant', ''],
      [
        'create',
        'delete',
        'list',
        'move',
        'purge',
        'recover',
        'rename',
        'resume',
        'show',
        'suspend',
        'undelete',
      ],
    ],
    [
      ['postgres', 'st'],
      ['start', 'status', 'stop'],
    ],
    [
      ['migrate', '--a'],
      ['--all', '--allow'],
    ],
    [['migrate', '--pl'], ['--plan']],
    [
      ['--home', '/h', 'sta'],
      ['start', 'status'],
    ],
    [
      ['completion', ''],
      ['bash', 'fish', 'zsh'],
    ],
  ])('%j', async (words, candidates) => {
    expect(await completeWords(words, invocation)).toEqual(candidates);
  });

  it('asks for tenants of the home that is named among the words', async () => {
    const asked: (string | undefined)[] = [];
    const ofHome = {
      dependencies: (home?: string) => {
        asked.push(home);
        return Promise.reject(new TypeError('no such home'));
      },
    } as unknown as Invocation;
    await expect(completeWords(['--home', '/h', 'start', ''], ofHome)).rejects.toThrow('no such home');
    await expect(completeWords(['migrate', '--tenant', ''], ofHome)).rejects.toThrow('no such home');
    expect(asked).toEqual(['/h', undefined]);
  });
});
