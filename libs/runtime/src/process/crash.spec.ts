import { spawnSync } from 'node:child_process';

import { describe, expect, it } from '@jest/globals';

const here = new URL('.', import.meta.url).href;

/** In a process of its own: what is tested is what reaches its standard output and error. */
function report(code: string): { code: number | null; stdout: string; stderr: string } {
  const script = `
    import { reportRefusal } from '${here}crash.js';
    import { SettingsError, UsageError, FailedError, RefusedError } from '#libs/settings';
    const scrub = (text) => text.replaceAll('hunter22', '[secret]');
    const crash = { tenant: 'acme', release: '1.1.0', scrub };
    process.exit(reportRefusal(${code}, crash));`;
  const args = ['--input-type=module', '--conditions=default', '-e', script];
  const { status, stdout, stderr } = spawnSync(process.execPath, args, {
    encoding: 'utf8',
    env: {},
    cwd: process.cwd(),
  });
  return { code: status, stdout, stderr };
}

describe('reportRefusal', () => {
  it('says what is wrong in one line, and what to do', () => {
    expect(
      report(`new SettingsError('acme: hosts:\\n expected a list.', { hint: 'Write - acme.test.' })`),
    ).toEqual({
      code: 78,
      stdout: '',
      stderr: 'acme: hosts: expected a list. Write - acme.test.\n',
    });
  });

  it.each([
    ['UsageError', 78],
    ['SettingsError', 78],
    ['FailedError', 1],
    ['RefusedError', 1],
  ])('exits after a %s with %s', (name, code) => {
    expect(report(`new ${name}('no.')`)).toEqual({ code, stdout: '', stderr: 'no.\n' });
  });

  it('adds the stack of a bug to the log, in one line, without secrets', () => {
    const { code, stdout, stderr } = report(`new TypeError('x is hunter22')`);
    expect({ code, stderr }).toEqual({ code: 1, stderr: 'acme: could not start: x is [secret]\n' });
    expect(stdout.trim().split('\n')).toHaveLength(1);
    expect(stdout).not.toContain('hunter22');
    expect(JSON.parse(stdout)).toMatchObject({
      level: 'fatal',
      tenant: 'acme',
      release: '1.1.0',
      msg: 'could not start',
      err: { type: 'TypeError', message: 'x is [secret]', stack: expect.stringContaining('TypeError') },
    });
  });
});
