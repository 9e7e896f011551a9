import { describe, expect, it } from '@jest/globals';
import { findLastWords } from './last-words.js';

describe('the last words of a process', () => {
  it('are the plain line among the log lines', () => {
    const refusal = 'acme: database "tenant_liberty" carries liberty\'s stamp. Nothing was written.';
    expect(findLastWords(['{"level":"info","msg":"booting"}', refusal, '{"level":"info","msg":"bye"}'])).toBe(
      refusal,
    );
  });

  it('are the first line of an uncaught error, not its stack', () => {
    const stack = [
      'file:///a.js:1',
      'throw new Error()',
      '    ^',
      'Error: no disk',
      '    at file:///a.js:1:7',
    ];
    expect(findLastWords([...stack, 'Node.js v26.10.0'])).toBe('Error: no disk');
  });

  it('are the error of a crash, not what was printed before it', () => {
    const crash = { level: 'fatal', msg: 'uncaught error', err: { message: 'no disk' } };
    const lines = ['debugging …', '(node:7) Warning: old', '(Use `node --trace-warnings ...`)'];
    expect(findLastWords([...lines, JSON.stringify(crash), '{"level":"info","msg":"x"}'])).toBe(
      'uncaught error: no disk',
    );
    expect(findLastWords([JSON.stringify(crash), 'acme: could not start: no disk'])).toBe(
      'acme: could not start: no disk',
    );
    expect(findLastWords(['debugging …', '{"level":"error","msg":"one request"}'])).toBe('debugging …');
  });

  it('are else the message of the last error that was logged', () => {
    const lines = [
      '{"level":"error","msg":"first"}',
      '{"level":60,"msg":"second"}',
      '{"level":"info","msg":"x"}',
      '{"lev',
    ];
    expect(findLastWords(lines)).toBe('second');
  });

  it('are none when it was killed in the middle of its work', () => {
    expect(findLastWords(['{"level":"info","msg":"request served"}'])).toBeUndefined();
    expect(findLastWords([])).toBeUndefined();
  });
});
