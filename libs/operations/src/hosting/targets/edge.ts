import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import {
  type Command,
  edgeCommands,
  type EdgePlan,
  generatorOf,
  type HostingPlan,
  requireCertificates,
} from '#libs/hosting';
import { commandEnvironment, type Finished, runCommand, runToSuccess } from '#libs/processes';
import type { Dependencies } from '../../dependencies.js';
import { CheckFailed, type HostingTarget, type Installed, type Staged } from '../target.js';
import { proveEdge } from './edge-proof.js';

type ServerKind = Exclude<EdgePlan['kind'], 'gateway'>;
type Wanted = Pick<Dependencies, 'home' | 'now'>;

/** nginx, Apache or Caddy; undefined where the gateway faces the visitors. */
export function edgeTarget({ home, now }: Wanted): HostingTarget | undefined {
  const { edge, hosting } = home.host;
  const generator = generatorOf(edge);
  if (edge === 'gateway' || generator === undefined) return undefined;
  const isOwn = hosting.edge.run === 'home';
  return {
    name: edge,
    generate: (plan) => generator.generate(plan),
    check: async (staged) => check(edge, staged, now()),
    activate: async (installed) => (isOwn ? activateOwn(edge, installed) : reloadService(edge, installed)),
    prove: proveEdge,
  };
}

async function check(kind: ServerKind, { plan, folder }: Staged, now: Date): Promise<void> {
  requireCertificates(plan, now);
  makeLogFolders(plan);
  const { code, stdout, stderr } = await run(plan, edgeCommands(kind, { folder, runDir: plan.runDir }).check);
  if (code === 0) return;
  // The staged files are gone when this is read: their place in the home says more.
  const words = (stderr.trim() || stdout.trim()).split('\n').slice(-3).join('\n');
  throw new CheckFailed(`${kind}: ${words.replaceAll(folder, plan.home)}`, { hint: 'Nothing was changed.' });
}

/** The servers open their logs when they start, and for a check. */
function makeLogFolders({ logDir }: HostingPlan): void {
  mkdirSync(logDir, { recursive: true, mode: 0o750 });
}

/** The host's own server: whether it includes our files shows in the proof. */
async function reloadService(kind: ServerKind, { plan, changes }: Installed): Promise<void> {
  if (changes.length === 0) return;
  const { service } = edgeCommands(kind, { folder: plan.home, runDir: plan.runDir });
  await runToSuccess({ command: 'systemctl', args: ['reload', service] });
}

/** A server of the home's own: reloaded, or started when there is none to reload. */
async function activateOwn(kind: ServerKind, { plan, changes }: Installed): Promise<void> {
  makeLogFolders(plan);
  const commands = edgeCommands(kind, { folder: plan.home, runDir: plan.runDir });
  const isRunning = (await proveEdge(plan)).some(({ problem }) => problem === undefined);
  if (isRunning && changes.length === 0) return;
  if ((await run(plan, commands.reload)).code === 0) return;
  const { code, stdout, stderr } = await run(plan, commands.start);
  if (code !== 0) throw new CheckFailed(`${kind}: cannot be started: ${stderr.trim() || stdout.trim()}`);
}

async function run({ runDir }: HostingPlan, [command, ...args]: Command): Promise<Finished> {
  // Caddy keeps certificates and its state below these.
  const folders = {
    HOME: runDir,
    XDG_DATA_HOME: join(runDir, 'caddy'),
    XDG_CONFIG_HOME: join(runDir, 'caddy'),
  };
  return runCommand({ command, args, env: { ...commandEnvironment, ...folders } });
}
