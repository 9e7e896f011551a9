import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { processStartTime } from '../process-table.js';
import { eventually } from '../testing/eventually.js';

const guardianModule = new URL('./guardian.js', import.meta.url).href;
let folder: string;
let sleeper: ChildProcess;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'guardian-'));
  mkdirSync(join(folder, 'home'));
  writeFileSync(join(folder, 'home', 'file'), 'x');
  sleeper = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], { stdio: 'ignore' });
  await once(sleeper, 'spawn');
});

afterEach(() => {
  sleeper.kill('SIGKILL');
  rmSync(folder, { recursive: true, force: true });
});

interface Parent {
  readonly process: ChildProcess;
  readonly guardian: number;
}

/** A program that starts a guardian, does `then`, and prints the guardian's pid. */
async function runParent(then: string): Promise<Parent> {
  const program = `
    import { startGuardian } from ${JSON.stringify(guardianModule)};
    const guardian = await startGuardian({ paths: [${JSON.stringify(join(folder, 'home'))}] });
    guardian.guard({ pids: [${sleeper.pid}] });
    ${then}
    console.log(guardian.pid);`;
  const args = ['--input-type=module', '-e', program];
  const parent = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  const [line] = (await once(createInterface({ input: parent.stdout }), 'line')) as [string];
  return { process: parent, guardian: Number(line) };
}

async function gone(pid: number): Promise<void> {
  await eventually(
    () => processStartTime(pid),
    (startTime) => startTime === undefined,
  );
}

describe('the guardian', () => {
  it('ends processes and removes folders when its parent is killed', async () => {
    const parent = await runParent('setInterval(() => {}, 1000);');
    parent.process.kill('SIGKILL');
    await gone(parent.guardian);
    expect(existsSync(join(folder, 'home'))).toBe(false);
    expect(existsSync(folder)).toBe(true);
    await gone(sleeper.pid ?? 0);
  });

  it('does not keep its parent from ending by itself', async () => {
    const parent = await runParent('');
    await once(parent.process, 'exit');
    await gone(parent.guardian);
    expect(existsSync(join(folder, 'home'))).toBe(false);
  });

  it('touches nothing when it is dismissed', async () => {
    const parent = await runParent('await guardian.dismiss();');
    await gone(parent.guardian);
    expect(existsSync(join(folder, 'home', 'file'))).toBe(true);
    expect(processStartTime(sleeper.pid ?? 0)).toBeDefined();
  });
});
