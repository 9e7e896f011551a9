import { styleText } from 'node:util';
import type { Report } from '#libs/operations';

/** Progress on stderr, one line an event. */
export function createReport(stderr: NodeJS.WriteStream, isQuiet: boolean): Report {
  const mark = (color: 'green' | 'red' | 'yellow' | 'dim', sign: string): string =>
    styleText(color, sign, { stream: stderr });
  const print = (line: string): void => {
    if (!isQuiet) stderr.write(`${line}\n`);
  };
  return {
    step: (text) => print(`${mark('dim', '·')} ${text}`),
    done: (text) => print(`${mark('green', '✔')} ${text}`),
    failed: (text) => print(`${mark('red', '✖')} ${text}`),
    warn: (text) => print(`${mark('yellow', '!')} ${text}`),
  };
}
