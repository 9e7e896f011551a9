import { closeSync, constants, fstatSync, openSync, readSync, realpathSync } from 'node:fs';
import { checkPrivacy, giveToReader } from './privacy.js';
import { failWith } from './problem.js';

export interface FileToRead {
  readonly path: string;
  /** How the operator knows the file. */
  readonly name: string;
  readonly maxBytes: number;
  /** Refuse what anybody but the owner can read. */
  readonly isPrivate?: boolean;
  /** Where the file's folder is once links are followed; the file must be below it if it is a link itself. */
  readonly within?: string;
}

const reasons: Readonly<Record<string, string>> = {
  ENOENT: 'no such file',
  ENOTDIR: 'no such file',
  EACCES: 'permission denied',
  EPERM: 'permission denied',
  ELOOP: 'its links lead in a circle',
  ENXIO: 'it is not a file',
};

/** Reads a small file completely, or says in one line why not. The checks are made on the open file, so that none is outrun. */
export function readSmallFile(file: FileToRead): Buffer {
  const fd = open(file);
  try {
    const size = check(file, fd);
    // One byte more than there should be shows a file that grows; the kernel's own files say that they have none.
    const buffer = Buffer.allocUnsafe((size === 0 ? file.maxBytes : size) + 1);
    const length = fill(buffer, fd);
    if (length > file.maxBytes) failWith({ file: file.name, text: tooLarge(file) });
    if (size > 0 && length !== size) failWith({ file: file.name, text: 'changed while it was read' });
    return buffer.subarray(0, length);
  } catch (error) {
    throw unreadable(file, error);
  } finally {
    closeSync(fd);
  }
}

function fill(buffer: Buffer, fd: number): number {
  let length = 0;
  for (let read = -1; read !== 0 && length < buffer.length; length += read) {
    read = readSync(fd, buffer, length, buffer.length - length, null);
  }
  return length;
}

// O_NONBLOCK: opening a named pipe would otherwise wait for a writer, for ever.
const flags = constants.O_RDONLY | constants.O_NONBLOCK;

function open(file: FileToRead): number {
  try {
    return file.within === undefined ? openSync(file.path, flags) : openContained(file, file.within);
  } catch (error) {
    throw unreadable(file, error);
  }
}

/** What is opened without following a link is in the folder that it was opened in: only a link has to be looked after. */
function openContained(file: FileToRead, folder: string): number {
  try {
    return openSync(file.path, flags | constants.O_NOFOLLOW);
  } catch (error) {
    if (errorCode(error) !== 'ELOOP') throw error;
  }
  const fd = openSync(file.path, flags);
  try {
    checkContained(file, folder);
  } catch (error) {
    closeSync(fd);
    throw error;
  }
  return fd;
}

/** Returns the size in bytes. */
function check(file: FileToRead, fd: number): number {
  const stat = fstatSync(fd);
  if (!stat.isFile()) failWith({ file: file.name, text: 'cannot be read: it is not a file' });
  if (stat.size > file.maxBytes) failWith({ file: file.name, text: tooLarge(file) });
  if (file.isPrivate === true) checkPrivacy(file, stat);
  return stat.size;
}

function checkContained(file: FileToRead, folder: string): void {
  if (isWithin(folder, realpathSync.native(file.path))) return;
  failWith({
    file: file.name,
    text: 'is a link that leads out of its folder',
    hint: 'Put the file itself there.',
  });
}

/** True for the folder itself and whatever is below it; both paths absolute, without links, `.` and `..`. */
export function isWithin(folder: string, path: string): boolean {
  return path === folder || path.startsWith(folder.endsWith('/') ? folder : `${folder}/`);
}

function unreadable(file: FileToRead, error: unknown): unknown {
  const code = errorCode(error);
  if (code === undefined) return error;
  const hint = file.isPrivate === true && code === 'EACCES' ? giveToReader(file) : undefined;
  try {
    return failWith({ file: file.name, text: `cannot be read: ${reasons[code] ?? code}`, hint });
  } catch (problem) {
    return problem;
  }
}

/** `ENOENT` and its like; undefined for anything that is not the system's. */
export function errorCode(error: unknown): string | undefined {
  // Not `instanceof Error`: the system's errors come from Node's own realm, which in a test or a vm is another one.
  const { code, syscall } =
    typeof error === 'object' && error !== null ? (error as NodeJS.ErrnoException) : {};
  return typeof code === 'string' && typeof syscall === 'string' ? code : undefined;
}

function tooLarge(file: FileToRead): string {
  return `is larger than ${file.maxBytes / 1024} KB`;
}
