import { join } from 'node:path';
import { headerOf } from '../apply/header.js';
import type { GeneratedFile, Generator, HostingPlan, PostgresPlan, UnitPlan } from '../plan.js';
import { shellWord } from './quoting.js';

export const startScriptFolder = 'scripts/tenants';

/**
 * `scripts/tenants/start-acme`: starts a unit from the release that it runs, with the environment that it needs.
 * `scripts/tenants/postgres-main`: keeps an embedded server.
 */
export const startScripts: Generator = {
  name: 'start scripts',
  generate: (plan) => [
    ...plan.postgres.map((postgres) => postgresScriptOf(plan, postgres)),
    ...plan.units.map((unit) => scriptOf(plan, unit)),
  ],
};

/** Absolute path of a unit's start script. */
export function startScriptOf(plan: Pick<HostingPlan, 'home'>, unit: Pick<UnitPlan, 'name'>): string {
  return join(plan.home, startScriptFolder, `start-${unit.name}`);
}

/** Absolute path of the script that keeps an embedded server. */
export function postgresScript(plan: Pick<HostingPlan, 'home'>, { server }: PostgresPlan): string {
  return join(plan.home, startScriptFolder, `postgres-${server}`);
}

function postgresScriptOf({ home }: HostingPlan, { server, command }: PostgresPlan): GeneratedFile {
  const lines = [
    '#!/bin/sh',
    `# ${headerOf({ home })}`,
    `# Keeps Postgres ${server} running in the foreground, for any process manager, and stops it by SIGTERM.`,
    `exec ${command.map(shellWord).join(' ')}`,
  ];
  return { path: `${startScriptFolder}/postgres-${server}`, text: `${lines.join('\n')}\n`, mode: 0o755 };
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
