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
        'init',
        'logs',
        'migrate',
        'postgres',
        'restart',
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
      ['create', 'list', 'show'],
    ],
    [
      ['postgres', 'st'],
      ['start', 'status', 'stop'],
    ],
    [['migrate', '--a'], ['--all']],
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
});
