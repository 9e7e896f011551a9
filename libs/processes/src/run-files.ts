import { errorCode, errorText } from './error-code.js';
import { RunFilesUnwritable } from './errors.js';

const reasons: Readonly<Record<string, string>> = {
  ENOSPC: 'the disk is full',
  EDQUOT: 'the disk quota is used up',
  EROFS: 'its file system is read-only',
  EACCES: 'that is not permitted',
  EPERM: 'that is not permitted',
  EISDIR: 'a folder has its name',
  ENOTDIR: 'a file is where its folder should be',
  EEXIST: 'a file is where its folder should be',
};

/**
 * Runs a step that needs one of the files of a tenant's process, its log or its pid file.
 * @throws RunFilesUnwritable in place of what the operating system says, which names no tenant and no way out
 */
export function withRunFile<Result>(tenant: string, file: string, step: () => Result): Result {
  try {
    return step();
  } catch (error) {
    const code = errorCode(error);
    if (code === undefined) throw error;
    const [name = tenant] = tenant.split('.', 1);
    const isFull = code === 'ENOSPC' || code === 'EDQUOT';
    const cure = isFull ? 'Free some space there' : 'Check what is there, its owner and its mode';
    throw new RunFilesUnwritable(
      `${tenant}: ${file} cannot be written: ${reasons[code] ?? errorText(error)}.`,
      {
        tenant: name,
        hint: `${cure}, then run \`tenantry restart ${name}\`.`,
        cause: error,
      },
    );
  }
}
