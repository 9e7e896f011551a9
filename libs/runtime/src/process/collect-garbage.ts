import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

/**
 * V8's collection of the whole heap. The flag `--expose-gc` would make it a global; but V8 takes compiled code only for
 * the flags that it was compiled with, and a process started with this one compiles all of Node's own modules anew: a
 * tenth of its start. A context that is made while the flag is set has the function as well.
 */
export function collectGarbage(options: NodeJS.GCOptions): void {
  setFlagsFromString('--expose-gc');
  try {
    const collect = runInNewContext('gc') as NodeJS.GCFunction;
    collect({ type: 'major', execution: 'sync', ...options });
  } finally {
    setFlagsFromString('--no-expose-gc');
  }
}
