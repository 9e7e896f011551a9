import { existsSync, readFileSync } from 'node:fs';
import { FailedError, type Secret, writeFileAtomically } from '#libs/settings';

export class AuthFileUnwritable extends FailedError {
  override readonly code = 'AUTH_FILE_UNWRITABLE';
}

const line = /^"((?:[^"]|"")*)"\s+"((?:[^"]|"")*)"/;

/**
 * The passwords of roles in a PgBouncer's `auth_file`; nobody's where there is no file yet. What is no login is passed over.
 * https://www.pgbouncer.org/config.html#authentication-file-format
 */
export function readLogins(file: string): Map<string, string> {
  if (!existsSync(file)) return new Map();
  const found = readFileSync(file, 'utf8')
    .split('\n')
    .map((each) => line.exec(each));
  return new Map(
    found.flatMap((parts): [string, string][] =>
      parts === null ? [] : [[unquoted(parts[1] ?? ''), unquoted(parts[2] ?? '')]],
    ),
  );
}

/**
 * Sets logins, and leaves those of others alone. `false` where the file had them all. Its owner stays; a new file gets
 * the group of its folder where that folder says so (setgid), by which a PgBouncer of another user can read it.
 */
export function addLogins(file: string, logins: ReadonlyMap<string, Secret>): boolean {
  try {
    const known = readLogins(file);
    const missing = [...logins].filter(([role, password]) => known.get(role) !== password.reveal());
    if (missing.length === 0) return false;
    for (const [role, password] of missing) known.set(role, password.reveal());
    const lines = [...known].map(([role, password]) => `${quoted(role)} ${quoted(password)}\n`);
    writeFileAtomically(file, lines.toSorted().join(''), 0o640);
    return true;
  } catch (cause) {
    const { code = 'unknown error' } = cause as NodeJS.ErrnoException;
    throw new AuthFileUnwritable(`${file}: cannot be read or written: ${code}.`, {
      ...{ file, cause },
      hint: 'It is the authFile of a pooler in tenantry.yaml: look at its folder, and who may write there.',
    });
  }
}

function quoted(text: string): string {
  return `"${text.replaceAll('"', '""')}"`;
}

function unquoted(text: string): string {
  return text.replaceAll('""', '"');
}
