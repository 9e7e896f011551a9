import { cpSync, mkdtempSync, readdirSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runCommand } from '../run-command.js';

const perCall = 200;

/**
 * What `systemd-analyze verify` says of a folder of units, templates and drop-ins; undefined when it has no complaint.
 * Every instance that has a drop-in is judged. Works without a running systemd.
 */
export async function checkSystemdUnits(folder: string): Promise<string | undefined> {
  const copy = mkdtempSync(join(tmpdir(), 'tenantry-units-'));
  try {
    cpSync(folder, copy, { recursive: true });
    const units = readdirSync(copy).filter(
      (name) => /\.(service|socket|target)$/.test(name) && !name.includes('@.'),
    );
    const instances = readdirSync(copy).flatMap((name) => instanceOf(name) ?? []);
    // By itself it judges instances of a template only where they are files.
    for (const name of instances) symlinkSync(name.replace(/@[^/]*(?=\.\w+$)/, '@'), join(copy, name));
    return await verify(copy, [...units, ...instances].sort());
  } finally {
    rmSync(copy, { recursive: true, force: true });
  }
}

/** `tenant@acme.service` of `tenant@acme.service.d`. */
function instanceOf(dropIns: string): string | undefined {
  return /^(.+@.+\.(?:service|socket))\.d$/.exec(dropIns)?.[1];
}

async function verify(folder: string, units: readonly string[]): Promise<string | undefined> {
  for (let first = 0; first < units.length; first += perCall) {
    const { code, stderr } = await runCommand({
      command: 'systemd-analyze',
      args: ['verify', '--man=no', ...units.slice(first, first + perCall).map((name) => `./${name}`)],
      cwd: folder,
    });
    const ours = stderr.split('\n').filter((line) => line.trim() !== '');
    // It also complains of other units of the host, which are none of ours, without failing.
    const complaints = ours.filter((line) => code !== 0 || units.some((name) => line.includes(name)));
    if (complaints.length > 0) return complaints.slice(0, 10).join('\n');
  }
  return undefined;
}
