/** Something that the person at the keyboard can act on: `message` says what is wrong, `hint` what to do next. */
export class SetupError extends Error {
  constructor(message, { hint, exitCode = 1, cause } = {}) {
    super(message, { cause });
    this.hint = hint;
    this.exitCode = exitCode;
  }
}

const notWritable = new Set(['EACCES', 'EPERM', 'EROFS']);
const full = new Set(['ENOSPC', 'EDQUOT']);

/** The same situation in words, for a failed write below `folder`; other errors are returned unchanged. */
export function explainWriteError(error, folder) {
  if (notWritable.has(error.code)) {
    return new SetupError(`cannot write below ${folder} (${error.code}).`, {
      hint: 'Run as the user who owns the checkout, or clone it again as yourself.',
      cause: error,
    });
  }
  if (full.has(error.code)) {
    return new SetupError(`the disk that holds ${folder} is full (${error.code}).`, {
      hint: 'Free about 1.5 GB and run the same command again.',
      cause: error,
    });
  }
  return error;
}
