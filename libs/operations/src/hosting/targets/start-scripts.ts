import { join } from 'node:path';
import { type GeneratedFile, startScriptFolder, startScripts } from '#libs/hosting';
import { checkShellScript } from '#libs/processes';
import { forEachOf } from '../../outcome.js';
import { CheckFailed, type HostingTarget, type Staged } from '../target.js';

/** Start scripts alone: what the embedded supervisor needs is in no file. */
export const startScriptsTarget: HostingTarget = {
  name: 'scripts',
  folders: [startScriptFolder],
  generate: (plan) => startScripts.generate(plan),
  check: checkScripts,
  activate: async () => {},
};

/** `sh -n` over every script of a target. */
export async function checkScripts({ folder, files }: Staged): Promise<void> {
  await forEachOf(files.filter(isScript), 4, async ({ path }) => {
    const problem = await checkShellScript(join(folder, path));
    if (problem !== undefined) throw new CheckFailed(`${path}: sh -n: ${problem.replaceAll(folder, '')}`);
  });
}

function isScript({ text }: GeneratedFile): boolean {
  return text.startsWith('#!/bin/sh\n');
}
