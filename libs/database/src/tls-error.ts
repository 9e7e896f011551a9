import type { ErrorDetails, TenantryError } from '#libs/settings';
import type { ServerEndpoint } from './addresses.js';
import { NoTls, ServerNotTrusted } from './errors.js';
import { errorCode, errorText, safeCause } from './postgres-error.js';

/** pg has no code for it: https://github.com/brianc/node-postgres/blob/master/packages/pg/lib/connection.js */
const noTls = 'The server does not support SSL connections';

interface Distrust {
  readonly what: (error: unknown, server: ServerEndpoint) => string;
  readonly hint: (server: ServerEndpoint) => string;
}

/** A key of the endpoint, as tenantry.yaml has it in a server's entry. */
function keyOf({ pooler }: ServerEndpoint, key: string): string {
  return pooler === undefined ? key : `pooler.${key}`;
}

const otherAuthority: Distrust = {
  what: (error, { caFile }) => {
    const known = caFile === undefined ? 'an authority that Node.js knows' : `an authority in ${caFile}`;
    return `its certificate is not signed by ${known} (${errorText(error, [])})`;
  },
  hint: (server) =>
    `Set ${keyOf(server, 'caFile')} in tenantry.yaml to the PEM file of the authority that signed the server's certificate.`,
};

const outOfTime: Distrust = {
  what: (error) => `its certificate, or that of its authority, is not valid now (${errorText(error, [])})`,
  hint: () => "Renew it on the server; if it is new, compare the hosts' clocks.",
};

/** OpenSSL's findings, by Node's names: https://nodejs.org/api/tls.html#x509-certificate-error-codes */
const distrusts: Readonly<Record<string, Distrust>> = {
  SELF_SIGNED_CERT_IN_CHAIN: otherAuthority,
  DEPTH_ZERO_SELF_SIGNED_CERT: otherAuthority,
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: otherAuthority,
  UNABLE_TO_GET_ISSUER_CERT: otherAuthority,
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: otherAuthority,
  CERT_SIGNATURE_FAILURE: otherAuthority,
  CERT_UNTRUSTED: otherAuthority,
  CERT_HAS_EXPIRED: outOfTime,
  CERT_NOT_YET_VALID: outOfTime,
  ERR_TLS_CERT_ALTNAME_INVALID: {
    what: (error, { host }) => `its certificate is for ${namesIn(error)}, not for ${host}`,
    hint: (server) => `Set ${keyOf(server, 'host')} in tenantry.yaml to a name that is in the certificate.`,
  },
};

/** The error that says what was wrong with the encryption, if it was that. */
export function tlsError(error: unknown, server: ServerEndpoint, where: string): TenantryError | undefined {
  const details = (hint: string): ErrorDetails => ({ cause: safeCause(error, []), hint });
  const distrust = distrusts[errorCode(error) ?? ''];
  if (distrust !== undefined) {
    return new ServerNotTrusted(`${where}: ${distrust.what(error, server)}.`, details(distrust.hint(server)));
  }
  if (error instanceof Error && error.message === noTls) {
    const on = server.pooler === undefined ? 'ssl = on' : 'client_tls_sslmode = require';
    const hint = `Set \`${on}\` in its configuration, or \`${keyOf(server, 'ssl')}: off\` in tenantry.yaml where the way to it is safe.`;
    return new NoTls(`${where}: offers no TLS, and tenantry.yaml says "ssl: ${server.ssl}".`, details(hint));
  }
  return undefined;
}

function namesIn(error: unknown): string {
  const cert: unknown =
    typeof error === 'object' && error !== null && 'cert' in error ? error.cert : undefined;
  const names: unknown =
    typeof cert === 'object' && cert !== null && 'subjectaltname' in cert ? cert.subjectaltname : undefined;
  return typeof names === 'string' ? names : 'no name';
}
