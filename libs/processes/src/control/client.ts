import type { ProcessStatus } from '../launch.js';
import type { SupervisorStatus } from './protocol.js';

export interface ControlClient {
  status(): Promise<SupervisorStatus>;
  start(tenant: string): Promise<ProcessStatus>;
  stop(tenant: string): Promise<ProcessStatus>;
  restart(tenant: string): Promise<ProcessStatus>;
  /** Resolves when the supervisor's process is gone. */
  shutdown(): Promise<void>;
}

/** `undefined` when no supervisor answers there. */
export function connectControl(_socket: string): Promise<ControlClient | undefined> {
  throw new TypeError('not yet');
}
