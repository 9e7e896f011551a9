import { execFileSync } from 'node:child_process';
import { chownSync, chmodSync, readFileSync, mkdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { connectServer, type ServerAddress } from '#libs/database';

export interface IssuedCertificate {
  readonly certFile: string;
  readonly keyFile: string;
}

/** An authority of a test's own, which signs what it likes; by openssl(1). */
export class TestAuthority {
  readonly caFile: string;
  readonly #keyFile: string;

  constructor(
    private readonly folder: string,
    name = 'Test authority',
  ) {
    mkdirSync(folder, { recursive: true });
    this.caFile = join(folder, 'ca.crt');
    this.#keyFile = join(folder, 'ca.key');
    openssl(
      'req',
      '-x509',
      ...newKey,
      '-subj',
      `/CN=${name}`,
      '-days',
      '2',
      ...this.#out(this.caFile, this.#keyFile),
    );
  }

  /** `alternatives` as in `DNS:localhost,IP:127.0.0.1`; negative `days` make one that has expired. */
  issue(name: string, alternatives = `DNS:${name}`, days = 2): IssuedCertificate {
    const at = (ending: string): string => join(this.folder, `${name}${days}.${ending}`);
    const [certFile, keyFile, request] = [at('crt'), at('key'), at('csr')];
    const subject = ['-subj', `/CN=${name}`, '-addext', `subjectAltName=${alternatives}`];
    openssl('req', ...newKey, ...subject, ...this.#out(request, keyFile));
    const signed = ['-CA', this.caFile, '-CAkey', this.#keyFile, '-copy_extensions', 'copy'];
    openssl('x509', '-req', '-in', request, ...signed, '-days', String(days), '-out', certFile);
    return { certFile, keyFile };
  }

  #out(file: string, keyFile: string): string[] {
    return ['-out', file, '-keyout', keyFile];
  }
}

const newKey = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];

function openssl(...args: string[]): void {
  execFileSync('openssl', args, { stdio: 'ignore' });
}

/** Has a server that runs show this certificate from the next connection on, and ask for none unless given `clients`. */
export async function serveTls(
  server: ServerAddress,
  { certFile, keyFile, clients }: IssuedCertificate & { readonly clients?: string },
): Promise<void> {
  const admin = await connectServer(server);
  try {
    const { rows } = await admin.query<{ dir: string }>("SELECT current_setting('data_directory') AS dir");
    const dir = rows[0]?.dir ?? '';
    const files = {
      ssl_cert_file: certFile,
      ssl_key_file: keyFile,
      ...(clients && { ssl_ca_file: clients }),
    };
    for (const [setting, from] of Object.entries(files)) {
      copyFor(dir, from, join(dir, `${setting}.pem`));
      await admin.query(`ALTER SYSTEM SET ${setting} = '${setting}.pem'`);
    }
    await admin.query('ALTER SYSTEM SET ssl = on');
    await admin.query('SELECT pg_reload_conf()');
  } finally {
    await admin.end();
  }
}

/** For the server's own user alone, or it would not use a key. */
function copyFor(dataDir: string, from: string, file: string): void {
  writeFileSync(file, readFileSync(from), { mode: 0o600 });
  const { uid, gid } = statSync(dataDir);
  chownSync(file, uid, gid);
  chmodSync(file, 0o600);
}
