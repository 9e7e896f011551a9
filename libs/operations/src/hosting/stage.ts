import { mkdirSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { HostingPlan } from '#libs/hosting';
import { startScriptFolder } from '#libs/hosting';
import type { TargetChanges } from './compare-hosting.js';
import { writeGenerated } from './file-tree.js';

const start = '.staging-';

/** Runs `work` with all files laid out in a folder of their own, which is removed whatever happens. */
export async function withStaged<T>(
  plan: HostingPlan,
  targets: readonly TargetChanges[],
  work: (folder: string) => Promise<T>,
): Promise<T> {
  const hosting = join(plan.home, 'hosting');
  mkdirSync(hosting, { recursive: true, mode: 0o755 });
  // Left by a command that was killed; the lock says that no other is at it.
  for (const name of readdirSync(hosting)) {
    if (name.startsWith(start)) rmSync(join(hosting, name), { recursive: true, force: true });
  }
  const folder = join(hosting, `${start}${process.pid}`);
  try {
    for (const { path, text, mode } of targets.flatMap(({ files }) => files)) {
      writeGenerated(folder, { path, text: shifted(plan, folder, text), mode: mode ?? 0o644 });
    }
    return await work(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function shifted({ home }: HostingPlan, folder: string, text: string): string {
  return ['hosting/', `${startScriptFolder}/`].reduce(
    (shiftedText, part) => shiftedText.replaceAll(join(home, part), join(folder, part)),
    text,
  );
}
