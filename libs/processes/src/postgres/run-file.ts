import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import type { Postmaster } from './postmaster.js';

/** What a run file tells everybody who wants to connect. */
export interface RunFile {
  readonly host: string;
  readonly port: number;
  readonly pid: number;
  readonly startedAt: string;
}

/** Appears complete or not at all: others read it at any moment. */
export function writeRunFile(file: string, server: Postmaster): RunFile {
  const { pid, port, socketDir: host, startedAt } = server;
  const content: RunFile = { host, port, pid, startedAt };
  const unfinished = `${file}.${process.pid}`;
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(unfinished, `${JSON.stringify(content)}\n`, { mode: 0o644 });
  renameSync(unfinished, file);
  return content;
}

/** `undefined` when there is none or it is not one. */
export function readRunFile(file: string): RunFile | undefined {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as RunFile;
  } catch {
    return undefined;
  }
}

export function removeRunFile(file: string): void {
  rmSync(file, { force: true });
}
