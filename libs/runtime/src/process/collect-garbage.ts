import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

/** Compiled code goes as if it were old; V8 keeps what its baseline compiler made, and the bytecode of that, for ever. */
const dropCodeFlags = ['stress-flush-code', 'flush-baseline-code'];

/**
 * V8's collection of the whole heap; with `dropCode`, of compiled code as well, which V8 compiles again when it is called.
 * The flag `--expose-gc` would make it a global; but V8 takes compiled code only for the flags that it was compiled with,
 * and a process started with this one compiles all of Node's own modules anew: a tenth of its start. A context that is
 * made while the flag is set has the function as well.
 */
export function collectGarbage(options: NodeJS.GCOptions, { dropCode = false } = {}): void {
  const flags = ['expose-gc', ...(dropCode ? dropCodeFlags : [])];
  for (const flag of flags) setFlagsFromString(`--${flag}`);
  try {
    const collect = runInNewContext('gc') as NodeJS.GCFunction;
    collect({ type: 'major', execution: 'sync', ...options });
  } finally {
    for (const flag of flags) setFlagsFromString(`--no-${flag}`);
  }
}
