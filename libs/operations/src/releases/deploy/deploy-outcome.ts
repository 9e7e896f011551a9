import { type ExitCode, exitCodes } from '#libs/settings';
import { currentRelease } from '#libs/release';
import type { Dependencies } from '../../dependencies.js';
import type { FleetOutcome } from '../../outcome.js';
import { DeployInterrupted } from './context.js';
import { type Finding, findingText } from './findings.js';
import type { DeployJournal, TenantTurn } from './journal.js';
import { type Preflight, refused } from './preflight.js';

interface Ended {
  readonly journal: DeployJournal;
  readonly findings: readonly Finding[];
  readonly error: unknown;
}

/** What a deploy answers: in which state everything is, and what to type next. */
export function deployOutcome({ home }: Pick<Dependencies, 'home'>, ended: Ended): FleetOutcome {
  const { journal, findings } = ended;
  const { run, verb, release, from, state, step, flipMs } = journal;
  const current = currentRelease(home.paths) ?? null;
  const next = nextCommands(journal, current);
  const tenants = Object.entries(journal.tenants)
    .map(([name, turn]) => ({ name, ...turn }))
    .toSorted((a, b) => (a.name < b.name ? -1 : 1));
  const lines = [
    headline(journal),
    ...groupLines(journal),
    `current is ${current ?? 'not set: tenants run the checkout'}.`,
    ...next.map(nextText),
  ];
  return {
    data: {
      ...{ run, verb, release, from, current, state, step, flipMs, tenants, findings },
      error: journal.error,
      next: next.map(({ command }) => command),
    },
    text: lines.join('\n'),
    exitCode: exitCodeOf(ended),
  };
}

interface Looked {
  readonly release: string;
  readonly from: string | null;
  readonly verb: string;
  readonly isPlan: boolean;
  /** The deploy that was to be gone on with. */
  readonly begun?: DeployJournal | undefined;
}

/** A plan, or a refusal: nothing was changed. */
export function preflightOutcome(found: Preflight, looked: Looked): FleetOutcome {
  const { release, from, verb, isPlan, begun } = looked;
  const refusals = refused(found);
  const plan = planLines(found, looked);
  const next = begun === undefined ? [] : nextCommands(begun, from);
  const lines =
    refusals.length > 0
      ? [...refusals.map(findingText), ...refusedLines(looked), ...next.map(nextText)]
      : isPlan
        ? ['Would:', ...plan.map((line) => `  ${line}`)]
        : [`Release ${release} can be deployed: ${found.following.size} tenants checked.`];
  return {
    data: {
      ...{ run: begun?.run ?? null, verb, release, from, findings: found.findings, plan: isPlan ? plan : null },
      ...(begun && { state: begun.state, step: begun.step, next: next.map(({ command }) => command) }),
    },
    text: lines.join('\n'),
    exitCode: refusals.length > 0 ? exitCodes.refused : exitCodes.done,
  };
}

function refusedLines({ from, begun }: Looked): string[] {
  const current = `current is ${from ?? 'not set'}.`;
  if (begun === undefined) return [`Nothing was changed; ${current}`];
  return [`Run ${begun.run} ${standsText(begun)}. Nothing more was changed; ${current}`];
}

function standsText({ state, step }: DeployJournal): string {
  return state === 'paused' ? 'still waits behind its canary' : `is still stopped at ${step}`;
}

function nextText({ why, command }: Next): string {
  return `${why}, run: ${command}`;
}

function planLines(
  { steps, waves, running, staying, broken }: Preflight,
  { release, from, verb }: Looked,
): string[] {
  const word = verb === 'rollback' ? 'take back' : 'apply';
  return [
    ...Object.entries(steps).map(([tenant, names]) => `${tenant}: ${word} ${names.join(', ')}`),
    from === release ? `leave current on ${release}` : `turn current from ${from ?? 'nothing'} to ${release}`,
    ...waves.map(({ ring, tenants }) => {
      const [up, down] = [tenants.filter((each) => running.has(each)), tenants.filter((each) => !running.has(each))];
      const asleep = down.length > 0 ? [`${down.join(', ')} at the next start`] : [];
      return `ring ${ring}: ${[...(up.length > 0 ? [`restart and prove ${up.join(', ')}`] : []), ...asleep].join('; ')}`;
    }),
    ...[...staying].map(([tenant, on]) => `leave ${tenant} on ${on}`),
    ...broken.map((tenant) => `leave ${tenant} as it is: its settings are wrong already`),
  ];
}

function headline({ run, verb, release, state, step, error }: DeployJournal): string {
  switch (state) {
    case 'done':
      return `Run ${run}: ${verb} ${verb === 'rollback' ? 'to' : 'of'} ${release} is done.`;
    case 'paused':
      return `Run ${run}: the canary runs ${release}; the others wait.`;
    default:
      return `Run ${run}: stopped at ${step}: ${error ?? 'cut off'}`;
  }
}

const words: Readonly<Record<TenantTurn['state'], string>> = {
  done: 'run it',
  asleep: 'do not run; they take it at their next start',
  stays: 'stay on another release',
  failed: 'failed',
  broken: 'left as they are: their settings are wrong',
  turning: 'cut off in the middle',
  waiting: 'not reached; they go on with what they run, and take what is current at their next start',
};

function groupLines({ tenants, release }: DeployJournal): string[] {
  const groups = Map.groupBy(Object.entries(tenants), ([, turn]) => groupOf(turn, release));
  return [...groups].map(([what, members]) => {
    const names = members.map(([tenant]) => tenant).toSorted();
    const shown = names.length > 10 ? [...names.slice(0, 10), `and ${names.length - 10} more`] : names;
    return `  ${shown.join(', ')}: ${what}`;
  });
}

function groupOf({ state, before, isHeld, isCrossed, error: text }: TenantTurn, release: string): string {
  if (state !== 'failed') return words[state];
  const error = text?.replace(/\.$/, '');
  if (isHeld === true) return `failed: ${error}; back on ${before}, and held there`;
  if (isCrossed === true) return `failed: ${error}; its database has crossed to ${release}, so it was not put back`;
  return `failed: ${error}`;
}

interface Next {
  readonly why: string;
  readonly command: string;
}

function nextCommands(
  { run, state, from, release, verb }: DeployJournal,
  current: string | null,
): Next[] {
  const undo = from === null || from === release ? [] : [{ why: 'To undo', command: `tenantry rollback ${from}` }];
  if (state === 'done') return verb === 'deploy' ? undo : [];
  const goOn = [{ why: 'To go on', command: `tenantry deploy resume ${run}` }];
  return current === from && state !== 'paused' ? goOn : [...goOn, ...undo];
}

function exitCodeOf({ journal, error }: Ended): ExitCode {
  if (error instanceof DeployInterrupted) return exitCodes.interrupted;
  const states = new Set(Object.values(journal.tenants).map(({ state }) => state));
  if (error === undefined) return states.has('failed') || states.has('broken') ? exitCodes.partial : exitCodes.done;
  return states.has('done') && journal.step === 'roll' ? exitCodes.partial : exitCodes.failed;
}
