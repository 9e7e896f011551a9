import { readFileSync } from 'node:fs';
import type { ConnectionOptions } from 'node:tls';
import type { Tls } from '#libs/settings';
import { TlsFileUnusable } from './errors.js';

/** What an endpoint says about encryption; a certificate of our own only where somebody has one. */
export interface TlsFiles extends Tls {
  readonly certFile?: string | undefined;
  readonly keyFile?: string | undefined;
}

/** As much of Node's options as pg and TypeORM both take. */
export type TlsOptions = Pick<ConnectionOptions, 'rejectUnauthorized' | 'ca' | 'cert' | 'key'>;

/**
 * pg's `ssl`, always set: unset, it would follow PGSSLMODE of the environment. Files are read anew for each connection,
 * so that a renewed certificate needs no restart of whoever opens connections one by one.
 * @throws TlsFileUnusable
 */
export function tlsOptions({ ssl, caFile, certFile, keyFile }: TlsFiles): false | TlsOptions {
  if (ssl === 'off') return false;
  return {
    rejectUnauthorized: ssl === 'verify',
    // OpenSSL passes over what is not PEM and then trusts nobody, which would be told of the server.
    ...(caFile && { ca: readPem('caFile', caFile, 'CERTIFICATE') }),
    ...(certFile && { cert: readPem('certFile', certFile, 'CERTIFICATE') }),
    ...(keyFile && { key: readPem('keyFile', keyFile, 'PRIVATE KEY') }),
  };
}

function readPem(key: string, file: string, what: string): string {
  const text = read(key, file);
  if (new RegExp(`-----BEGIN ([A-Z0-9 ]+ )?${what}-----`).test(text)) return text;
  throw new TlsFileUnusable(`${file}: expected a ${what} in PEM, found none.`, {
    file,
    hint: `Look at ${key} of the server in tenantry.yaml.`,
  });
}

function read(key: string, file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (cause) {
    const { code = 'unknown error' } = cause as NodeJS.ErrnoException;
    throw new TlsFileUnusable(`${file}: cannot be read: ${code}.`, {
      ...{ file, cause },
      hint: `Look at ${key} of the server in tenantry.yaml, and at who may read the file.`,
    });
  }
}
