import { setTimeout as pause } from 'node:timers/promises';

/** Waits until something is true; fails with what it was last. */
export async function eventually<T>(read: () => T | Promise<T>, holds: (value: T) => boolean): Promise<T> {
  const end = performance.now() + 20_000;
  for (;;) {
    const value = await read();
    if (holds(value)) return value;
    if (performance.now() > end) throw new Error(`still ${JSON.stringify(value)} after 20 s`);
    await pause(20);
  }
}
