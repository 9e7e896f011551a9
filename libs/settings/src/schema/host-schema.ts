import { z } from 'zod';
import { duration, integer, pattern, secret, text } from './fields.js';
import { network } from './network.js';
import { hostingSchema } from './hosting-schema.js';
import { word } from './names.js';

/** Where container platforms and systemd mount secrets. */
export const defaultSecretRoots: readonly string[] = ['/run/secrets', '/run/credentials'];

const folder = (use: string) => text(1024).optional().describe(use);

/** How a certificate is checked, and by what; the same for a server and for its pooler. */
const tls = {
  ssl: z
    .enum(['off', 'require', 'verify'])
    .default('off')
    .describe('`require` encrypts; `verify` also checks the certificate and the name in it.'),
  caFile: text(1024)
    .optional()
    .describe(
      'PEM file of the authorities that may have signed the certificate, with `ssl: verify`; those that Node.js knows unless set. Relative to the home.',
    ),
};

const pooler = z.strictObject({
  host: text(253).describe('Host name of the PgBouncer, or the folder of its Unix socket.'),
  port: integer(1, 65535).default(6432).describe('Its port.'),
  mode: z
    .enum(['session', 'transaction'])
    .describe(
      'Its `pool_mode`. With `transaction`, the application can use neither LISTEN nor locks or settings that outlive a transaction.',
    ),
  ...tls,
  authFile: text(1024)
    .optional()
    .describe(
      "Its `auth_file`, kept by Tenantry: the logins of the tenants' processes. Relative to the home; none unless set.",
    ),
  user: text(63)
    .optional()
    .describe('Who of its `admin_users` has it read that file anew, and asks it for its configuration.'),
  password: secret().optional().describe('Password of that user.'),
});

const server = z.strictObject({
  embedded: z
    .boolean()
    .default(false)
    .describe('Run by Tenantry itself, with its data below `postgres/<name>`.'),
  durable: z
    .boolean()
    .optional()
    .describe('`false` trades safety against a power cut for speed: an embedded server of a demo or a test.'),
  host: text(253)
    .optional()
    .describe('Host name, or the folder of the Unix socket; not for an embedded server.'),
  port: integer(1, 65535).optional().describe('TCP port; 5432 unless set.'),
  user: text(63).default('postgres').describe('Role that may create databases and roles.'),
  database: text(63).default('postgres').describe('Database to log in to while creating others.'),
  password: secret().optional().describe('Password of the role.'),
  ...tls,
  certFile: text(1024)
    .optional()
    .describe('PEM file of the certificate that `user` shows to the server. Relative to the home.'),
  keyFile: text(1024).optional().describe('PEM file of its key, for nobody but you to read.'),
  pooler: pooler
    .optional()
    .describe(
      "A PgBouncer that tenants' processes connect through; everything else goes to the server itself.",
    ),
});

/** tenantry.yaml; passwords come from the home's secrets.yaml, `$env` or `$file`. */
export const hostSchema = z.strictObject({
  postgres: z
    .strictObject({
      default: word().optional().describe('Server of tenants that name none; the only server unless set.'),
      servers: z
        .record(z.string(), server.describe('One server.'))
        .describe('Postgres servers by name; one embedded server, `main`, unless set.'),
    })
    .describe('Where the databases are.'),
  gateway: z
    .strictObject({
      host: pattern(/^[0-9A-Za-z.:-]{1,253}$/, 'an address such as "127.0.0.1"')
        .default('127.0.0.1')
        .describe('Address that the gateway listens on.'),
      port: integer(1, 65535).default(8080).describe('Port that the gateway listens on.'),
      trustedProxies: z
        .array(network())
        .default([])
        .describe(
          'Proxies in front of the gateway, whose X-Forwarded-For, -Proto and -Host are believed; each must set all three itself, or its visitors could.',
        ),
    })
    .describe('The gateway that hands each request to its tenant.'),
  processes: z
    .enum(['embedded', 'systemd', 'supervisord'])
    .default('embedded')
    .describe('What starts and watches the processes of the tenants.'),
  spares: integer(0, 20)
    .default(0)
    .describe(
      'Processes that the embedded supervisor keeps for each application and release, booted and without a tenant, for the next tenants that are started.',
    ),
  edge: z
    .enum(['gateway', 'nginx', 'apache', 'caddy'])
    .default('gateway')
    .describe('The server that faces the visitors.'),
  hosting: hostingSchema,
  releases: z
    .strictObject({
      keep: integer(1, 1000).default(5).describe('Releases that are kept beside those in use.'),
    })
    .describe('Retention of releases.'),
  trash: z
    .strictObject({
      keep: duration('1h', '3650d')
        .prefault('30d')
        .describe(
          'How long a deleted tenant can be brought back, before `tenant purge --expired` removes it.',
        ),
    })
    .prefault({})
    .describe('Deleted tenants.'),
  rings: z
    .array(word())
    .default(['canary', 'main'])
    .describe('Groups of tenants in the order in which a deploy reaches them.'),
  secretRoots: z
    .array(pattern(/^\//, 'an absolute path'))
    .default([...defaultSecretRoots])
    .describe("Folders beside the tenant's own that `$file` may read."),
  development: z
    .boolean()
    .default(false)
    .describe(
      "A developer's home: pages may name tenants, sources are watched, changed templates are seen at once.",
    ),
  paths: z
    .strictObject({
      tenants: folder('Folder of the tenants.'),
      run: folder('Sockets, pid files and locks.'),
      state: folder('Timelines and run records.'),
      backups: folder('Backups.'),
      releases: folder('Built releases.'),
      postgres: folder('Data of embedded servers.'),
    })
    .describe('Folders elsewhere than in the home; relative to it.'),
});

export type HostInput = z.output<typeof hostSchema>;

/** What no overlay may set: everything of tenantry.yaml. */
export const hostKeys: ReadonlySet<string> = new Set(Object.keys(hostSchema.def.shape));
