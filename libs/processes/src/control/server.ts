import type { Supervisor } from '../supervisor.js';
import type { SupervisorStatus } from './protocol.js';

export interface ControlOptions {
  readonly socket: string;
  readonly supervisor: Pick<Supervisor, 'start' | 'stop' | 'restart' | 'status'>;
  /** Called after `shutdown` was answered. */
  shutdown(): void;
  now(): Date;
  gateway?(): SupervisorStatus['gateway'];
}

export interface ControlServer {
  close(): Promise<void>;
}

/** Listens, which is also the lock of one supervisor per home: throws SupervisorRunning (exit 75) when one answers there. */
export function serveControl(_options: ControlOptions): Promise<ControlServer> {
  throw new TypeError('not yet');
}
