import { describe, expect, it } from '@jest/globals';
import { spawnSync } from 'node:child_process';
import { closeSync, existsSync, openSync } from 'node:fs';

const script = `
const { createLog } = await import(${JSON.stringify(new URL('log.js', import.meta.url).href)});
const log = createLog({ tenant: 'acme', release: '1.0.0', level: 'info', scrub: (text) => text });
for (let line = 0; line < 60_000; line += 1) log.info('x'.repeat(1000));
process.stderr.write(String(process.memoryUsage().heapUsed < 40 * 1024 * 1024));
`;

/** What a process says on standard error that logs to this file. */
function logTo(file: string): { stderr: string; status: number | null } {
  const log = openSync(file, 'w');
  try {
    const args = ['--input-type=module', '-e', script];
    return spawnSync(process.execPath, args, { stdio: ['ignore', log, 'pipe'], encoding: 'utf8' });
  } finally {
    closeSync(log);
  }
}

describe('the log', () => {
  // /dev/full answers each write as a full disk does (full(4)).
  (existsSync('/dev/full') ? it : it.skip)(
    'throws nothing at whoever logs when the disk is full, and keeps little of it',
    () => {
      expect(logTo('/dev/full')).toMatchObject({ stderr: 'true', status: 0 });
    },
  );
});
