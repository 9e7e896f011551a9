import { copyFileSync, mkdirSync, openSync, renameSync, rmSync, statSync, truncateSync } from 'node:fs';
import { type FileHandle, open, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { errorCode } from './error-code.js';

const chunkBytes = 64 * 1024;
const pollMs = 150;

/** A descriptor to append to, as a child's stdout and stderr; the caller closes it. */
export function openLog(file: string): number {
  mkdirSync(dirname(file), { recursive: true });
  return openSync(file, 'a', 0o640);
}

/** Bytes written so far; 0 when there is no file. */
export function logSize(file: string): number {
  return statSync(file, { throwIfNoEntry: false })?.size ?? 0;
}

/**
 * Keeps a log below a size: moves its content to `<log>.1`, the former one to `<log>.2`.
 * Copied and truncated, not renamed: the processes that append to it hold its descriptor.
 */
export function rotateLog(file: string, maxBytes: number): boolean {
  if (logSize(file) < maxBytes) return false;
  if (logSize(`${file}.1`) > 0) renameSync(`${file}.1`, `${file}.2`);
  try {
    copyFileSync(file, `${file}.1`);
  } catch (error) {
    rmSync(`${file}.1`, { force: true });
    throw error;
  }
  truncateSync(file, 0);
  return true;
}

/** The last lines of a log, oldest first, reaching back into `<log>.1` where it was just rotated; none when there is no file. */
export async function readLogTail(file: string, lines: number): Promise<string[]> {
  const recent = await tailOf(file, lines);
  if (recent.length >= lines) return recent;
  return [...(await tailOf(`${file}.1`, lines - recent.length)), ...recent];
}

async function tailOf(file: string, lines: number): Promise<string[]> {
  const handle = await openIfThere(file);
  if (handle === undefined || lines <= 0) return (await handle?.close(), []);
  try {
    let from = (await handle.stat()).size;
    let tail = Buffer.alloc(0);
    let breaks = 0;
    // One break more than lines: what stands before the first can be half a line.
    while (from > 0 && breaks <= lines) {
      const length = Math.min(chunkBytes, from);
      from -= length;
      const chunk = await readAt(handle, from, length);
      breaks += chunk.reduce((count, byte) => count + (byte === 10 ? 1 : 0), 0);
      tail = Buffer.concat([chunk, tail]);
    }
    return splitLines(tail.toString('utf8')).slice(-lines);
  } finally {
    await handle.close();
  }
}

/** What was written from a byte on; all of it when the log was rotated since. At most the last 64 KB. */
export async function readLogSince(file: string, offset: number): Promise<string[]> {
  const handle = await openIfThere(file);
  if (handle === undefined) return [];
  try {
    const { size } = await handle.stat();
    const from = Math.max(offset > size ? 0 : offset, size - chunkBytes);
    return splitLines((await readAt(handle, from, size - from)).toString('utf8'));
  } finally {
    await handle.close();
  }
}

/** Lines as they are appended, from the end on, across rotation, until the signal aborts. */
export async function* followLog(file: string, signal: AbortSignal): AsyncGenerator<string> {
  let position = (await stat(file).catch(() => undefined))?.size ?? 0;
  let rest = '';
  while (!signal.aborted) {
    const { text, next } = await readNews(file, position);
    position = next;
    const lines = (rest + text).split('\n');
    rest = lines.pop() ?? '';
    yield* lines;
    if (text === '') await pause(pollMs, undefined, { signal }).catch(() => undefined);
  }
}

async function readNews(file: string, position: number): Promise<{ text: string; next: number }> {
  const handle = await openIfThere(file);
  if (handle === undefined) return { text: '', next: position };
  try {
    const { size } = await handle.stat();
    // Shorter than before: rotated. What was not read yet is at the end of the copy.
    if (size < position) return { text: await readRest(`${file}.1`, position), next: 0 };
    const chunk = await readAt(handle, position, Math.min(size - position, 16 * chunkBytes));
    // Up to the last whole line, so that no character is cut in two; a longer line than a chunk is passed on in pieces.
    const end = chunk.lastIndexOf(10) + 1 || (chunk.length === 16 * chunkBytes ? chunk.length : 0);
    return { text: chunk.subarray(0, end).toString('utf8'), next: position + end };
  } finally {
    await handle.close();
  }
}

async function readRest(file: string, position: number): Promise<string> {
  const handle = await openIfThere(file);
  if (handle === undefined) return '';
  try {
    const { size } = await handle.stat();
    return size > position ? (await readAt(handle, position, size - position)).toString('utf8') : '';
  } finally {
    await handle.close();
  }
}

async function openIfThere(file: string): Promise<FileHandle | undefined> {
  return open(file, 'r').catch((error: unknown) => {
    if (errorCode(error) === 'ENOENT') return undefined;
    throw error;
  });
}

async function readAt(handle: FileHandle, position: number, length: number): Promise<Buffer> {
  const buffer = Buffer.alloc(length);
  const { bytesRead } = await handle.read(buffer, 0, length, position);
  return buffer.subarray(0, bytesRead);
}

function splitLines(text: string): string[] {
  return text.split('\n').filter((line) => line !== '');
}
