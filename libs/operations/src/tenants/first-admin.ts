import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import {
  type FirstAdmin,
  type HomePaths,
  type TenantName,
  UsageError,
  writeFileAtomically,
} from '#libs/settings';

export interface FirstAdminRequest {
  readonly adminEmail?: string | undefined;
  /** As typed; relative to the working directory. */
  readonly adminPasswordFile?: string | undefined;
  readonly cwd?: string | undefined;
  /** Given by a caller that made it; never on a command line. */
  readonly adminPassword?: string | undefined;
}

export interface PlannedAdmin extends FirstAdmin {
  /** The password was made here and is kept in a file for the operator. */
  readonly isGenerated: boolean;
}

const leastLength = 10;

/** Who signs in first. Without a password file a password is made; it is never printed, only written to a file. */
export function planFirstAdmin(request: FirstAdminRequest, hosts: readonly string[]): PlannedAdmin {
  const email = request.adminEmail ?? `admin@${(hosts[0] ?? 'localhost').replace(/^\./, '')}`;
  if (!isEmail(email)) {
    throw new UsageError(`--admin: expected an e-mail address, found "${email}".`, {
      hint: 'Example: --admin owner@acme.example.',
    });
  }
  if (request.adminPassword !== undefined)
    return { email, password: request.adminPassword, isGenerated: false };
  if (request.adminPasswordFile === undefined) {
    return { email, password: randomBytes(12).toString('base64url'), isGenerated: true };
  }
  return {
    email,
    password: readPassword(resolve(request.cwd ?? '.', request.adminPasswordFile)),
    isGenerated: false,
  };
}

export function isEmail(text: string): boolean {
  return /^[^\s@]+@[^\s@]+$/.test(text);
}

/** Leaves the made password where only the operator can read it, as a first sign-in needs it once. */
export function writeFirstAdmin(paths: HomePaths, tenant: TenantName, admin: PlannedAdmin): string | null {
  if (!admin.isGenerated) return null;
  const file = firstAdminFile(paths, tenant);
  writeFileAtomically(
    file,
    `# First admin of ${tenant}. Change the password after signing in, then delete this file.\nemail: ${admin.email}\npassword: ${admin.password}\n`,
    0o600,
  );
  return file;
}

export function firstAdminFile(paths: HomePaths, tenant: TenantName): string {
  return join(paths.tenants, tenant, 'first-admin.yaml');
}

function readPassword(file: string): string {
  let password: string;
  try {
    password = readFileSync(file, 'utf8').trimEnd();
  } catch (error) {
    throw new UsageError(`--admin-password-file: ${file} cannot be read.`, {
      hint: 'Write the password into a file that only you can read.',
      cause: error,
    });
  }
  if (password.length >= leastLength) return password;
  throw new UsageError(
    `--admin-password-file: ${file}: expected at least ${leastLength} characters, found ${password.length}.`,
    { hint: 'Choose a longer password.' },
  );
}
