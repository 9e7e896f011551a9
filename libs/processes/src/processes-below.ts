import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync, readlinkSync, realpathSync } from 'node:fs';
import { sep } from 'node:path';

/** A process that was started from below a folder, or works there. */
export interface ProcessBelow {
  readonly pid: number;
  /** What it is found by: the first name below the folder. */
  readonly name: string;
}

/**
 * Processes of this host whose command line, program or working folder lies below `folder`, whoever started them and
 * whatever links have been turned since: a process keeps the paths that it was started with.
 */
export function processesBelow(folder: string): ProcessBelow[] {
  const prefixes = [...new Set([folder, realOf(folder)])].map((path) => path + sep);
  return placesOfProcesses().flatMap(({ pid, places }) => {
    const names = new Set(places.flatMap((place) => prefixes.flatMap((prefix) => namesAfter(place, prefix))));
    return [...names].map((name) => ({ pid, name }));
  });
}

interface Places {
  readonly pid: number;
  readonly places: readonly string[];
}

function placesOfProcesses(): Places[] {
  if (process.platform !== 'linux') return askPs();
  const pids = readdirSync('/proc').filter((name) => /^\d+$/.test(name));
  return pids.map((pid) => ({
    pid: Number(pid),
    // Arguments one by one: a path may hold spaces. Program and folder are open to the same user and root only.
    places: [
      ...read(`/proc/${pid}/cmdline`).split('\0'),
      target(`/proc/${pid}/exe`),
      target(`/proc/${pid}/cwd`),
    ],
  }));
}

/** The names that follow `prefix` in a text, such as that of a release in `--require=/srv/app/releases/1.0.0/hook.js`. */
function namesAfter(text: string, prefix: string): string[] {
  const names = text.split(prefix).slice(1);
  return names.map((rest) => rest.split(/[/\s]/, 1)[0] ?? '').filter(Boolean);
}

/** A process that ends meanwhile uses nothing any more. */
function read(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}

function target(link: string): string {
  try {
    return readlinkSync(link);
  } catch {
    return '';
  }
}

function realOf(folder: string): string {
  try {
    return realpathSync(folder);
  } catch {
    return folder;
  }
}

function askPs(): Places[] {
  const lines = execFileSync('ps', ['-axo', 'pid=,command='], { encoding: 'utf8' }).trim().split('\n');
  return lines.map((line) => {
    const [, pid = '', command = ''] = /^\s*(\d+)\s+(.*)$/.exec(line) ?? [];
    return { pid: Number(pid), places: [command] };
  });
}
