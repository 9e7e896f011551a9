import { z } from 'zod';
import { byteSize, duration, integer, pattern, secret, text } from './fields.js';
import { anyModules } from './modules.js';
import { network } from './network.js';
import { databaseIdentifier, host, osUser, releaseId, word } from './names.js';
import { site, theme, tls } from './site-sections.js';
import { sitesSchema } from './sites.js';

const path = (use: string) => text(1024).describe(use);
const flag = (use: string) => z.boolean().describe(use);

const pool = z.strictObject({
  max: integer(1, 200).describe(
    "Most connections that one process keeps to its database; the role's own limit is raised to fit all processes when the tenant is next started or migrated.",
  ),
  idleTimeout: duration('0', '1d').describe('A connection unused for so long is closed; 0 keeps it.'),
  connectionTimeout: duration('100ms', '10m').describe('How long a request waits for a free connection.'),
});

const database = z.strictObject({
  server: word().describe('Postgres server, one of `postgres.servers` in tenantry.yaml.'),
  name: databaseIdentifier().describe('Database; by default `tenant_<name>` with `-` as `_`.'),
  ownerRole: databaseIdentifier().describe(
    'Role that owns the schema and migrates; by default `<database>_owner`.',
  ),
  runtimeRole: databaseIdentifier().describe(
    'Role of the running process, without DDL; by default `<database>`.',
  ),
  ownerPassword: secret().optional().describe('Password of the owner role.'),
  runtimePassword: secret().optional().describe('Password of the runtime role.'),
  ownerPasswordNext: secret()
    .optional()
    .describe('Password that the owner role is about to get; there only while it is rotated.'),
  runtimePasswordNext: secret()
    .optional()
    .describe('Password that the runtime role is about to get; there only while it is rotated.'),
  pool: pool.describe('Connection pool of one process.'),
  statementTimeout: duration('0', '1d').describe('A statement that runs longer is cancelled; 0 never.'),
});

const http = z.strictObject({
  socket: path('Unix socket to listen on; by default `run/<name>.sock`, unless a port is set.').optional(),
  port: integer(1, 65535).optional().describe('TCP port to listen on, instead of a socket.'),
  host: pattern(/^[0-9A-Za-z.:-]{1,253}$/, 'an address such as "127.0.0.1"').describe(
    'Address that the port is opened on.',
  ),
  bodyLimit: byteSize('1KB', '100MB').describe('Largest request body that is not an upload.'),
});

const processLimits = z.strictObject({
  workers: integer(1, 64).describe('Processes that serve the tenant.'),
  memory: byteSize('32MB', '64GB').describe('Memory that one process may use.'),
  idleStop: duration('0', '7d').describe('Stop after so long without a request; 0 never.'),
  startOn: z
    .enum(['boot', 'request'])
    .describe('When `start --all` starts the tenant: `boot` at once, `request` at its first request.'),
  startTimeout: duration('1s', '10m').describe('A start that takes longer has failed.'),
  drainTimeout: duration('0', '10m').describe('How long a stopping process finishes requests in flight.'),
  cpuWeight: integer(1, 10_000)
    .optional()
    .describe(
      'Share of the processor beside other units, under systemd; 100 is what a unit has unless told.',
    ),
  tasksMax: integer(16, 1_000_000)
    .optional()
    .describe('Most threads and processes of one process of the tenant, under systemd.'),
  user: osUser()
    .optional()
    .describe(
      "Operating system's user of the processes; by default one of the tenant's own, see `hosting.users` in tenantry.yaml.",
    ),
});

/** The settings that every tenant has, whatever application it boots. */
export const coreSections = {
  app: word().describe('Application of the release that the tenant boots.'),
  extends: z.array(word()).describe('Profiles below the overlay, in order: `tenants/_profiles/<name>.yaml`.'),
  hosts: z
    .array(host())
    .describe('Hosts that the tenant answers: exact, or `.example.app` with all subdomains.'),
  redirects: z
    .array(host())
    .optional()
    .describe('Hosts whose visitors are sent on to the first of `hosts`, such as those before a rename.'),
  suspended: flag(
    'No process runs and visitors get a page that says so; database and files stay.',
  ).optional(),
  site: site.describe('What visitors see first.'),
  theme: theme.describe('Colours, type and logo.'),
  templates: z
    .strictObject({ folder: path("Folder of the tenant's own templates, relative to `tenants/<name>`.") })
    .describe("Overrides of the release's templates."),
  database: database.describe("The tenant's own database."),
  media: z
    .strictObject({
      root: path('Folder of the uploaded files, relative to the home; by default `tenants/<name>/media`.'),
      quota: byteSize('1MB', '100TB').describe('Most that all uploaded files together may take.'),
    })
    .describe('Uploaded files.'),
  upload: z
    .strictObject({ limit: byteSize('1KB', '1TB').describe('Largest file that may be uploaded.') })
    .describe('Limits of one upload.'),
  http: http.describe('Where the process listens.'),
  tls: tls.optional().describe('Certificate of the hosts; without one the edge has none, or gets its own.'),
  process: processLimits.describe("The tenant's processes."),
  log: z
    .strictObject({
      level: z
        .enum(['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'])
        .describe('Least level that is logged.'),
    })
    .describe('Logging.'),
  features: z.record(z.string(), flag('On or off.')).describe('Feature flags, by name.'),
  modules: anyModules,
  sites: sitesSchema(anyModules),
  release: pattern(releaseId, 'a release id such as "1.1.0"')
    .optional()
    .describe('Release that the tenant stays on; without it, the current one.'),
  ring: word().describe('Group of tenants that a deploy reaches together.'),
  limits: z
    .strictObject({
      requestsPerMinute: integer(1, 1_000_000)
        .optional()
        .describe('Requests that one visitor may make in a minute.'),
    })
    .describe('Limits for visitors.'),
  trustedProxies: z
    .array(network())
    .describe('Proxies whose X-Forwarded-* headers are believed when the process listens on a port.'),
} as const;

const coreSchema = z.strictObject(coreSections);

/** A section with every level read-only, as the loaded settings are frozen. */
export type Frozen<T> = T extends string | number | boolean | null | undefined
  ? T
  : T extends { reveal(): string }
    ? T
    : T extends readonly (infer Item)[]
      ? readonly Frozen<Item>[]
      : T extends object
        ? { readonly [Key in keyof T]: Frozen<T[Key]> }
        : T;

/** One tenant's settings: durations in milliseconds, sizes in bytes, paths absolute, secrets as `Secret`. */
export type Settings = Frozen<z.output<typeof coreSchema>>;
