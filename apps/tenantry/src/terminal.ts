import { createInterface } from 'node:readline/promises';

/** Asks on the terminal; undefined where there is none, and nobody could answer. */
export function askOnTerminal(): ((question: string) => Promise<string>) | undefined {
  return process.stdin.isTTY && process.stderr.isTTY ? ask : undefined;
}

async function ask(question: string): Promise<string> {
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  try {
    return await terminal.question(question);
  } finally {
    terminal.close();
  }
}
