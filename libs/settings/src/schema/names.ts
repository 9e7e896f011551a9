import { z } from 'zod';
import { pattern } from './fields.js';

const label = '[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?';
const hostShape = new RegExp(`^\\.?${label}(?:\\.${label})*$`);
const reservedIdentifiers: ReadonlySet<string> = new Set([
  ...['postgres', 'public', 'none', 'user', 'current_user', 'session_user', 'current_role', 'all'],
  ...['tenantry', 'template'],
]);

/** `acme.example.com`, or `.acme.example.com` for it and all its subdomains; put out in lower case. */
export function host() {
  const expected =
    'a host such as "acme.example.com", or ".acme.example.com" with all subdomains, without a port';
  return z
    .string()
    .max(253)
    .transform((name) => name.toLowerCase())
    .pipe(z.string().regex(hostShape))
    .meta({ expected });
}

/** Whether an overlay may name this host. */
export function isHost(text: string): boolean {
  return host().safeParse(text).success;
}

/** The name of a Postgres database or role: quoted everywhere, yet kept to what needs no quoting in a shell. */
export function databaseIdentifier() {
  const expected =
    'a name of 1 to 63 of a-z, 0-9, "_" and "-", beginning with a letter, and not one of Postgres\' own';
  return z
    .string()
    .regex(/^[a-z][a-z0-9_-]{0,62}$/)
    .refine((name) => !isReservedIdentifier(name))
    .meta({ expected });
}

/** Names that Postgres keeps for itself, or that a server holds for somebody else than a tenant. */
function isReservedIdentifier(name: string): boolean {
  return reservedIdentifiers.has(name) || name.startsWith('pg_') || /^template\d*$/.test(name);
}

/** A word that names a thing of ours: an application, profile, ring, server, module or layout. */
export function word() {
  return pattern(/^[a-z][a-z0-9]*(?:-[a-z0-9]+)*$/, 'a word of a-z, 0-9 and "-"').max(60);
}

/** A user or group of the operating system, as useradd(8) takes it. */
export function osUser() {
  return pattern(
    /^(?!root$)[a-z_][a-z0-9_-]{0,30}$/,
    'a name of at most 31 of a-z, 0-9, "_" and "-", and not root',
  );
}

export const releaseId = /^[0-9A-Za-z][0-9A-Za-z._+-]{0,63}$/;

/** Whether a text may name a release, and so a directory: no separators, no dot in front. */
export function isReleaseId(text: string): boolean {
  return releaseId.test(text);
}
