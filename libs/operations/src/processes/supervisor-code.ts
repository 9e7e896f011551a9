import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { Dependencies } from '../dependencies.js';

type Code = Pick<Dependencies, 'codeRoot'>;

/** Which code a command or a supervisor runs: a release's, or a checkout's as it was compiled last. */
export function codeOf({ codeRoot }: Code): string {
  const times = ['.compiled', '.tsbuildinfo'].map(
    (name) => statSync(join(codeRoot, 'dist', name), { throwIfNoEntry: false })?.mtimeMs ?? 0,
  );
  return `${codeRoot}@${Math.max(...times)}`;
}

/** What an operator should know when the supervisor began with other code than the command has now. */
export function outdatedSupervisor({
  codeRoot,
  home,
}: Pick<Dependencies, 'codeRoot' | 'home'>): string | undefined {
  const noted = readNote(join(home.paths.run, 'supervisor.json'));
  if (noted?.code === undefined || noted.code === codeOf({ codeRoot })) return undefined;
  const how =
    noted.isBackground === true
      ? '`tenantry stop --all`, then `tenantry start --all`'
      : 'Ctrl-C and start it again';
  return `The supervisor (process ${noted.pid}) runs code from before the last change. To bring it up to date: ${how}.`;
}

interface Note {
  readonly pid: number;
  readonly code?: string;
  readonly isBackground?: boolean;
}

function readNote(file: string): Note | undefined {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as Note;
  } catch {
    return undefined;
  }
}
