import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  type Command,
  edgeCommands,
  type EdgePlan,
  generatorOf,
  type HostingPlan,
  requireCertificates,
} from '#libs/hosting';
import { commandEnvironment, type Finished, runCommand, runToSuccess, startDetached } from '#libs/processes';
import { FailedError, RefusedError } from '#libs/settings';
import type { Dependencies } from '../../dependencies.js';
import { CheckFailed, type HostingTarget, type Installed, type Staged } from '../target.js';
import { isServing, proveEdge } from './edge-proof.js';

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
    check: async (staged) => {
      if (isOwn) refuseRoot(edge, staged.plan);
      await check(edge, staged, now());
    },
    activate: async (installed) => (isOwn ? activateOwn(edge, installed) : reloadService(edge, installed)),
    prove: proveEdge,
  };
}

export class EdgeDidNotStart extends FailedError {
  override readonly code = 'EDGE_DID_NOT_START';
}

export class ServesNoRoot extends RefusedError {
  override readonly code = 'SERVES_NO_ROOT';
}

/** nginx and Caddy do; Apache is built to refuse, and another user does not reach the sockets of our own supervisor. */
function refuseRoot(kind: ServerKind, { operator, home, processes }: HostingPlan): void {
  if (kind !== 'apache' || operator.user !== 'root' || processes !== 'embedded') return;
  throw new ServesNoRoot(`apache: does not serve as root, to whom ${home} belongs. Nothing was changed.`, {
    hint: "Use the host's own: hosting.edge.run: system in tenantry.yaml. Or give the home to another user.",
  });
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
  if (changes.length === 0 && (await isServing(plan))) return;
  if (isRunning(commands.service, join(plan.runDir, `${kind}.pid`))) {
    const [program, ...words] = commands.reload;
    await runToSuccess({ command: program, args: words, env: environmentOf(plan) });
    return;
  }
  const [command, ...args] = commands.run;
  const logFile = join(plan.logDir, `${kind}.start.log`);
  const started = startDetached({ command, args, cwd: plan.home, env: environmentOf(plan), logFile });
  const until = performance.now() + startTimeoutMs;
  while (performance.now() < until && !(await started.endedWithin(100))) if (await isServing(plan)) return;
  throw new EdgeDidNotStart(`${kind}: did not start.`, { hint: `Read ${logFile}.` });
}

/** Not the number alone, which may be another program's by now. */
function isRunning(program: string, pidFile: string): boolean {
  try {
    const pid = readFileSync(pidFile, 'utf8').trim();
    return readFileSync(`/proc/${pid}/comm`, 'utf8').trim() === program;
  } catch {
    return false;
  }
}

const startTimeoutMs = 10_000;

async function run(plan: HostingPlan, [command, ...args]: Command): Promise<Finished> {
  return runCommand({ command, args, env: environmentOf(plan) });
}

/** Caddy keeps certificates and its state below these. */
function environmentOf({ runDir }: HostingPlan): Record<string, string> {
  const folder = join(runDir, 'caddy');
  return { ...commandEnvironment, HOME: runDir, XDG_DATA_HOME: folder, XDG_CONFIG_HOME: folder };
}
