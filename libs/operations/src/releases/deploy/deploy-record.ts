import { parseTenantName } from '#libs/settings';
import type { Dependencies } from '../../dependencies.js';
import { appendToRuns, appendToTimeline } from '../../timeline.js';
import { type DeployJournal, type TenantTurn, writeJournal } from './journal.js';
import { runnerNow } from '../../runs/run-ledger.js';

/** Called at each step by its name, so that a test can end the process at every one of them. */
export type OnStep = (step: string) => void;

const waiting: TenantTurn = { state: 'waiting', before: null, error: null };

/** The journal of the deploy that is at work; whatever changes is on the disk before anything else happens. */
export class DeployRecord {
  constructor(
    private readonly dependencies: Pick<Dependencies, 'home' | 'now' | 'command'>,
    private present: DeployJournal,
    private readonly onStep: OnStep | undefined,
  ) {
    this.update({ runner: runnerNow(), state: 'running', error: null });
  }

  get journal(): DeployJournal {
    return this.present;
  }

  update(change: Partial<DeployJournal>): void {
    this.present = { ...this.present, ...change };
    writeJournal(this.dependencies.home.paths, this.present);
    if (change.step !== undefined) this.reached(change.step);
  }

  turnOf(tenant: string): TenantTurn {
    return this.present.tenants[tenant] ?? waiting;
  }

  turn(tenant: string, change: Partial<TenantTurn>): void {
    const turned = { ...this.turnOf(tenant), ...change };
    this.update({ tenants: { ...this.present.tenants, [tenant]: turned } });
    this.reached(`${tenant} ${turned.state}`);
  }

  /** Names of the tenants in this state. */
  those(state: TenantTurn['state']): string[] {
    return Object.keys(this.present.tenants)
      .filter((tenant) => this.turnOf(tenant).state === state)
      .toSorted();
  }

  reached(step: string): void {
    this.onStep?.(step);
  }

  tell(tenant: string, event: string, details: object = {}): void {
    appendToTimeline(this.dependencies.home.paths, parseTenantName(tenant), this.#entry(event, details));
  }

  log(event: string, details: object = {}): void {
    appendToRuns(this.dependencies.home.paths, this.#entry(event, details));
  }

  #entry(event: string, details: object) {
    const { now, command } = this.dependencies;
    const { run, release } = this.present;
    return { at: now().toISOString(), run, event, command, release, ...details };
  }
}
