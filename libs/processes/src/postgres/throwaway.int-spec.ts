import { describe, expect, it } from '@jest/globals';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { connectServer } from '#libs/database';
import { startThrowawayPostgres } from './throwaway.js';

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

async function until(claim: () => boolean): Promise<void> {
  for (let waited = 0; waited < 10_000 && !claim(); waited += 50) await sleep(50);
}

describe('startThrowawayPostgres', () => {
  it('starts a server and leaves nothing of it', async () => {
    const throwaway = await startThrowawayPostgres();
    const connection = await connectServer(throwaway.server);
    await connection.end();
    await throwaway.stop();
    expect(isAlive(throwaway.pid)).toBe(false);
    expect(existsSync(dirname(dirname(throwaway.server.host)))).toBe(false);
    await throwaway.stop();
  });

  it('leaves a folder that it was given, empty', async () => {
    const dir = mkdtempSync(join(tmpdir(), 'given-'));
    const throwaway = await startThrowawayPostgres({ dir });
    if (process.getuid?.() === 0) expect(statSync(dir).mode & 0o777).toBe(0o711);
    await throwaway.stop();
    expect(readdirSync(dir)).toEqual([]);
    rmSync(dir, { recursive: true });
  });

  it('ends, and its folder goes, when the process that started it is killed', async () => {
    const script = `
      const { startThrowawayPostgres } = await import(${JSON.stringify(new URL('throwaway.js', import.meta.url).href)});
      const { pid, server } = await startThrowawayPostgres();
      console.log(JSON.stringify({ pid, host: server.host }));
      setInterval(() => {}, 1000);`;
    const parent = spawn(process.execPath, ['--input-type=module', '-e', script], {
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    const [line] = (await once(parent.stdout, 'data')) as [Buffer];
    const { pid, host } = JSON.parse(line.toString()) as { pid: number; host: string };
    expect(isAlive(pid)).toBe(true);
    parent.kill('SIGKILL');
    await until(() => !isAlive(pid) && !existsSync(dirname(dirname(host))));
    expect(isAlive(pid)).toBe(false);
    expect(existsSync(dirname(dirname(host)))).toBe(false);
  });
});
