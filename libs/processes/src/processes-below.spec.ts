import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';

import { processesBelow } from './processes-below.js';

let folder: string;

beforeEach(() => {
  folder = realpathSync(mkdtempSync(join(tmpdir(), 'processes below-')));
  for (const name of ['1.0.0', '1.1.0']) {
    mkdirSync(join(folder, 'releases', name), { recursive: true });
    writeFileSync(
      join(folder, 'releases', name, 'main.js'),
      'console.log("up"); setInterval(() => {}, 1000);',
    );
  }
});

afterEach(() => rmSync(folder, { recursive: true }));

async function running(args: readonly string[], cwd: string): Promise<{ pid: number; end(): Promise<void> }> {
  const child = spawn(process.execPath, args, { cwd, stdio: ['ignore', 'pipe', 'inherit'] });
  await once(child.stdout, 'data');
  const ended = once(child, 'exit');
  return {
    pid: child.pid ?? 0,
    end: async () => {
      child.kill('SIGKILL');
      await ended;
    },
  };
}

describe('the processes below a folder', () => {
  it('are those whose command line or working folder is there, through a link, too', async () => {
    symlinkSync(join(folder, 'releases'), join(folder, 'linked'));
    const linked = join(folder, 'linked');
    const byPath = await running([join(linked, '1.0.0', 'main.js')], folder);
    const byFolder = await running(['main.js'], join(linked, '1.1.0'));
    try {
      const found = processesBelow(linked);
      expect(found).toContainEqual({ pid: byPath.pid, name: '1.0.0' });
      expect(found).toContainEqual({ pid: byFolder.pid, name: '1.1.0' });
      expect(found).toHaveLength(2);
    } finally {
      await byPath.end();
      await byFolder.end();
    }
    expect(processesBelow(linked)).toEqual([]);
  });

  it('are none of a folder whose name only begins alike', async () => {
    const other = await running([join(folder, 'releases', '1.0.0', 'main.js')], folder);
    try {
      expect(processesBelow(join(folder, 'rel'))).toEqual([]);
    } finally {
      await other.end();
    }
  });
});
