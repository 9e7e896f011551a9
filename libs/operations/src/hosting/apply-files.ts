import { FailedError } from '#libs/settings';
import type { HostingPlan } from '#libs/hosting';
import type { Dependencies } from '../dependencies.js';
import { errorText } from '../outcome.js';
import type { TargetChanges } from './compare-hosting.js';
import { carryOut, inverted, keepOld } from './file-tree.js';
import { withStaged } from './stage.js';
import type { Installed, Proof } from './target.js';

/** Something answered before the files were changed, and not afterwards. */
export class NotProved extends FailedError {
  override readonly code = 'NOT_PROVED';
}

/** Asks every checker. Throws CheckFailed at the first complaint; nothing that is in use has changed then. */
export async function checkAll(plan: HostingPlan, targets: readonly TargetChanges[]): Promise<void> {
  const changed = targets.filter(hasChanges);
  if (changed.length === 0) return;
  await withStaged(plan, targets, async (folder) => {
    for (const { target, files } of changed) await target.check({ plan, folder, files });
  });
}

export function hasChanges({ home, installed }: TargetChanges): boolean {
  return home.length > 0 || installed.length > 0;
}

/**
 * Puts files that were checked in place, has the programs take them, and asks whoever answered before whether they
 * still do. Where a program refuses, or somebody fell silent, the old files come back and this throws.
 */
export async function putInPlace(
  { report }: Pick<Dependencies, 'report'>,
  plan: HostingPlan,
  targets: readonly TargetChanges[],
): Promise<readonly Proof[]> {
  const isChange = targets.some(hasChanges);
  const answered = isChange ? answeredIn(await proofs(plan, targets, new Set())) : new Set<string>();
  if (isChange)
    keepOld(
      plan.home,
      'hosting/.previous',
      targets.flatMap(({ home }) => home),
    );
  try {
    await change(plan, targets);
    const after = await proofs(plan, targets, answered);
    refuseSilence(answered, after);
    return after;
  } catch (error) {
    if (!isChange) throw error;
    report.warn(`${errorText(error)} The files of before are put back.`);
    await change(plan, targets.map(undone)).catch((second: unknown) => report.failed(errorText(second)));
    throw error;
  }
}

async function change(plan: HostingPlan, targets: readonly TargetChanges[]): Promise<void> {
  for (const each of targets) await each.target.beforeChange?.(installedOf(plan, each));
  for (const { target, home, installed } of targets) {
    carryOut(plan.home, home);
    if (target.installDir !== undefined) carryOut(target.installDir, installed);
  }
  for (const each of targets) await each.target.activate(installedOf(plan, each));
}

function installedOf(plan: HostingPlan, { home, installed }: TargetChanges): Installed {
  return { plan, changes: [...home, ...installed] };
}

function undone({ target, files, home, installed }: TargetChanges): TargetChanges {
  return { target, files, home: inverted(home), installed: inverted(installed) };
}

async function proofs(
  plan: HostingPlan,
  targets: readonly TargetChanges[],
  answered: ReadonlySet<string>,
): Promise<Proof[]> {
  const all = await Promise.all(targets.map(async ({ target }) => target.prove?.(plan, answered) ?? []));
  return all.flat();
}

function answeredIn(found: readonly Proof[]): ReadonlySet<string> {
  return new Set(found.filter(({ problem }) => problem === undefined).map(({ name }) => name));
}

function refuseSilence(answered: ReadonlySet<string>, after: readonly Proof[]): void {
  const silent = after.find(({ name, problem }) => problem !== undefined && answered.has(name));
  if (silent === undefined) return;
  throw new NotProved(`${silent.name}: answered before the change, and not after it: ${silent.problem}.`);
}
