import { createPrivateKey, X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { SettingsError } from '#libs/settings';
import type { HostingPlan, VhostPlan } from '../../plan.js';

/** A certificate that a server would refuse to start with, or that would serve nobody. */
export class CertificateUnfit extends SettingsError {
  override readonly code = 'CERTIFICATE_UNFIT';
}

/**
 * Reads every certificate and key of the plan, before a server is asked to: nginx names the file and not the tenant, and
 * Apache and Caddy check less. Certificates that are about to expire are for `tenantry doctor`.
 * @throws CertificateUnfit for the first that is missing, no certificate, expired, or of another key
 */
export function requireCertificates(plan: HostingPlan, now: Date): void {
  for (const vhost of plan.vhosts) {
    if (vhost.tls === undefined) continue;
    const fault = findFault(vhost.tls, now);
    if (fault !== undefined) throw unfit(vhost, fault);
  }
}

function findFault({ certificate, key }: NonNullable<VhostPlan['tls']>, now: Date): string | undefined {
  const found = attempt(certificate, (text) => new X509Certificate(text));
  if (typeof found === 'string') return `${certificate}: expected a certificate, ${found}`;
  const secret = attempt(key, (text) => createPrivateKey(text));
  if (typeof secret === 'string') return `${key}: expected a private key, ${secret}`;
  if (!found.checkPrivateKey(secret)) return `${key}: is not the key of ${certificate}`;
  if (found.validToDate < now) return `${certificate}: expired on ${found.validToDate.toISOString()}`;
  return undefined;
}

function attempt<T>(file: string, parse: (text: string) => T): T | string {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    return `found ${describe(error)}`;
  }
  try {
    return parse(text);
  } catch {
    return 'found something else';
  }
}

function describe(error: unknown): string {
  const { code } = error as NodeJS.ErrnoException;
  if (code === 'ENOENT') return 'no such file';
  return code === 'EACCES' ? 'a file that you may not read' : `a file that cannot be read (${code ?? '?'})`;
}

function unfit({ tenant, site, hosts }: VhostPlan, fault: string): CertificateUnfit {
  const key = site === undefined ? 'tls' : `sites.${site}.tls`;
  return new CertificateUnfit(`${tenant}: ${fault}.`, {
    tenant,
    hint: `Put the certificate of ${hosts[0] ?? tenant} there, or change \`${key}\` of the overlay. Nothing was changed.`,
  });
}
