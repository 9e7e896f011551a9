import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { mkdirSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Home } from '#libs/settings';
import { codeOf, outdatedSupervisor } from './supervisor-code.js';

describe('outdatedSupervisor', () => {
  let dir: string;
  let dependencies: { codeRoot: string; home: Home };

  beforeEach(() => {
    dir = mkdtempSync(join(tmpdir(), 'supervisor-code-'));
    mkdirSync(join(dir, 'run'));
    mkdirSync(join(dir, 'dist'));
    writeFileSync(join(dir, 'dist', '.compiled'), '');
    dependencies = { codeRoot: dir, home: { paths: { run: join(dir, 'run') } } as Home };
  });

  afterEach(() => rmSync(dir, { recursive: true }));

  function note(extra: object): void {
    const text = JSON.stringify({ pid: 7, code: codeOf(dependencies), ...extra });
    writeFileSync(join(dir, 'run', 'supervisor.json'), text);
  }

  it('says nothing while the code is the same, or where nothing was noted', () => {
    expect(outdatedSupervisor(dependencies)).toBeUndefined();
    note({ isBackground: false });
    expect(outdatedSupervisor(dependencies)).toBeUndefined();
  });

  it('says how to end a supervisor that began before the checkout was compiled', () => {
    note({ isBackground: true });
    utimesSync(join(dir, 'dist', '.compiled'), new Date(), new Date(Date.now() + 5000));
    expect(outdatedSupervisor(dependencies)).toBe(
      'The supervisor (process 7) runs code from before the last change. To bring it up to date: `tenantry stop --all`, then `tenantry start --all`.',
    );
    note({ isBackground: false, code: 'another release' });
    expect(outdatedSupervisor(dependencies)).toContain('Ctrl-C and start it again.');
  });
});
