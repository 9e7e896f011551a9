import { execFileSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';

export interface TestCertificate {
  readonly certificate: string;
  readonly key: string;
}

/** A certificate that nobody has signed, for these hosts; made by openssl(1). */
export function makeCertificate(folder: string, hosts: readonly string[], days = 30): TestCertificate {
  mkdirSync(folder, { recursive: true });
  const name = (hosts[0] ?? '').replaceAll('*', 'any');
  const files = { certificate: join(folder, `${name}.crt`), key: join(folder, `${name}.key`) };
  const names = hosts.map((host) => `DNS:${host}`).join(',');
  const request = ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];
  const subject = ['-subj', `/CN=${name}`, '-addext', `subjectAltName=${names}`, '-days', String(days)];
  execFileSync('openssl', [...request, ...subject, '-out', files.certificate, '-keyout', files.key], {
    stdio: 'ignore',
  });
  return files;
}
