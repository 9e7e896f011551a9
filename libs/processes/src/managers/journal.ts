import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { runToSuccess } from '../run-command.js';

/** The newest lines that units printed, oldest first, as they printed them. */
export async function readJournal(units: readonly string[], lines: number): Promise<string[]> {
  const args = [...readable, `--lines=${lines}`, ...matches(units)];
  const text = await runToSuccess({ command: 'journalctl', args });
  return text.split('\n').filter((line) => line !== '');
}

/** What units print from now on, until the signal. */
export async function* followJournal(units: readonly string[], signal: AbortSignal): AsyncGenerator<string> {
  const args = [...readable, '--follow', '--lines=0', ...matches(units)];
  const child = spawn('journalctl', args, { stdio: ['ignore', 'pipe', 'ignore'] });
  const end = (): void => void child.kill();
  // Without a listener, a missing journalctl would end this process.
  child.on('error', () => {});
  signal.addEventListener('abort', end, { once: true });
  try {
    yield* createInterface({ input: child.stdout });
  } finally {
    signal.removeEventListener('abort', end);
    end();
  }
}

const readable = ['--no-pager', '--output=cat', '--quiet'];

/** Of the units' own processes, not what systemd says of them. */
function matches(units: readonly string[]): string[] {
  return units.map((unit) => `_SYSTEMD_UNIT=${unit}`);
}
