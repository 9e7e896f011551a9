import type { Activity } from './activity.js';

export interface IdleStop {
  readonly activity: Activity;
  /** 0: never. */
  readonly idleStopMs: number;
  /** By whom the process could be started again; nobody may say so, and then it stays. */
  readonly waker: 'supervisor' | 'socket' | undefined;
  /** To the supervisor: it alone can make sure that no request is on its way here. */
  readonly send: (message: { readonly type: 'idle' | 'active' }) => void;
  /** Drains and ends the process, of its own accord. */
  readonly stop: () => void;
}

/** Has the process stopped when nothing has been going on for so long, by those who can start it again. */
export function stopWhenIdle({ activity, idleStopMs, waker, send, stop }: IdleStop): void {
  if (idleStopMs === 0 || waker === undefined) return;
  let hasSaid = false;
  activity.onActive(() => {
    if (!hasSaid) return;
    hasSaid = false;
    send({ type: 'active' });
  });
  const look = (): void => {
    const leftMs = idleStopMs - activity.idleMs;
    if (leftMs > 0) return again(leftMs);
    // Whoever connects to an inherited socket waits there for the next process.
    if (waker === 'socket') return stop();
    hasSaid = true;
    send({ type: 'idle' });
    // Nobody may have heard it: a supervisor that is restarting this tenant has other things to do.
    again(idleStopMs);
  };
  const again = (ms: number): void => void setTimeout(look, Math.max(1, Math.ceil(ms))).unref();
  // From now on, not from when the boot began: a slow one would be over before who woke it was let in.
  activity.begin();
  activity.end();
  look();
}
