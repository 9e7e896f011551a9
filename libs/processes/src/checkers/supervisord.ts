import { closeSync, mkdtempSync, openSync, readSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CommandMissing, runCommand } from '../run-command.js';

/** supervisord's own reading of its configuration, without starting anything. */
const parse =
  'import sys; from supervisor.options import ServerOptions; ServerOptions().realize(["-c", sys.argv[1]])';

/** What supervisord says of a folder of programs (`*.conf`); undefined when it takes them. */
export async function checkSupervisordPrograms(folder: string): Promise<string | undefined> {
  const scratch = mkdtempSync(join(tmpdir(), 'tenantry-supervisord-'));
  const file = join(scratch, 'supervisord.conf');
  // Its own pattern of files has no way to quote a space: the files are reached through a link without one.
  writeFileSync(file, `[supervisord]\nlogfile=${scratch}/log\n[include]\nfiles=programs/*.conf\n`);
  try {
    symlinkSync(folder, join(scratch, 'programs'));
    const { code, stderr } = await runCommand({
      command: interpreter(),
      args: ['-c', parse, file],
      cwd: scratch,
    });
    const words = stderr.split('\n').filter((line) => line !== '' && !/^(For help|usage)/i.test(line));
    return code === 0 ? undefined : (words.at(-1) ?? `exit ${code}`);
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}

/** supervisord may live in a Python of its own: the one that its script names. */
function interpreter(): string {
  for (const folder of [
    '/usr/local/bin',
    '/usr/bin',
    '/usr/local/sbin',
    '/usr/sbin',
    '/opt/supervisor/bin',
  ]) {
    const line = firstLine(join(folder, 'supervisord'));
    const found = line && /^#!\s*(\/\S+)/.exec(line)?.[1];
    if (found) return found;
  }
  throw new CommandMissing('supervisord: cannot be run: no such command.', {
    hint: 'Install the package supervisor.',
  });
}

function firstLine(file: string): string | undefined {
  try {
    const descriptor = openSync(file, 'r');
    const buffer = Buffer.alloc(256);
    const length = readSync(descriptor, buffer, 0, buffer.length, 0);
    closeSync(descriptor);
    return buffer.toString('latin1', 0, length).split('\n', 1)[0];
  } catch {
    return undefined;
  }
}
