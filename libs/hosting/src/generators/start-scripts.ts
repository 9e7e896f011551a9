import { join } from 'node:path';
import { headerOf } from '../apply/header.js';
import type { GeneratedFile, Generator, HostingPlan, UnitPlan } from '../plan.js';
import { shellWord } from './quoting.js';

export const startScriptFolder = 'scripts/tenants';

/** `scripts/tenants/start-acme`: starts a unit from the release that it runs, with the environment that it needs. */
export const startScripts: Generator = {
  name: 'start scripts',
  generate: (plan) => plan.units.map((unit) => scriptOf(plan, unit)),
};

/** Absolute path of a unit's start script. */
export function startScriptOf(plan: Pick<HostingPlan, 'home'>, unit: Pick<UnitPlan, 'name'>): string {
  return join(plan.home, startScriptFolder, `start-${unit.name}`);
}

function scriptOf({ home }: HostingPlan, unit: UnitPlan): GeneratedFile {
  const variables = Object.entries(unit.environment).sort(([one], [other]) => (one < other ? -1 : 1));
  const lines = [
    '#!/bin/sh',
    `# ${headerOf({ home, tenant: unit.tenant })}`,
    `# Starts ${unit.name} in the foreground, for any process manager. It listens on a socket that it inherits`,
    '# (LISTEN_FDS), else where its settings say.',
    `# Workers: ${unit.workers}`,
    'set -eu',
    ...variables.map(([name, value]) => `export ${name}=${shellWord(value)}`),
    '# exec: signals, LISTEN_PID and the exit code are those of the process itself.',
    `exec ${shellWord(join(unit.release.path, 'bin', 'start-tenant'))}`,
  ];
  return { path: `${startScriptFolder}/start-${unit.name}`, text: `${lines.join('\n')}\n`, mode: 0o755 };
}
