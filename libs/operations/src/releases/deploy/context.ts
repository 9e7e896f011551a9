import { FailedError, RefusedError } from '#libs/settings';
import type { Release } from '#libs/release';
import type { Dependencies } from '../../dependencies.js';
import type { HeldLock } from '../../lock.js';
import type { DeployRecord } from './deploy-record.js';
import type { Preflight } from './preflight.js';

/** All that the steps of one deploy work with. */
export interface Deploying {
  readonly dependencies: Dependencies;
  readonly release: Release;
  readonly record: DeployRecord;
  readonly found: Preflight;
  readonly held: HeldLock;
}

/** A deploy came to an end before its end, in a state from which it can go on. */
export class DeployStopped extends FailedError {
  override readonly code = 'DEPLOY_STOPPED';
}

export class DeployInterrupted extends RefusedError {
  override readonly code = 'DEPLOY_INTERRUPTED';
}
