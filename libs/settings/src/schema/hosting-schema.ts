import { z } from 'zod';
import { integer, pattern } from './fields.js';
import { network } from './network.js';
import { osUser, word } from './names.js';
import { tls } from './site-sections.js';

const folder = () => pattern(/^\/[^\s"'\\%$;{}]{1,255}$/, 'an absolute path without spaces');

const edge = z.strictObject({
  run: z
    .enum(['system', 'home'])
    .default('system')
    .describe(
      "`system`: the host's own server, whose configuration includes the generated files; `home`: a server of this home's own, started and reloaded by `hosting apply`.",
    ),
  httpPort: integer(1, 65535).default(80).describe('Port without encryption.'),
  httpsPort: integer(1, 65535).default(443).describe('Port with encryption.'),
  addresses: z
    .array(pattern(/^[0-9A-Fa-f.:]{2,45}$/, 'an IP address'))
    .optional()
    .describe('Addresses to listen on; all unless set.'),
  files: z
    .enum(['auto', 'edge', 'process'])
    .default('auto')
    .describe(
      'Who sends files that a process has to allow first, such as private ones: `auto` leaves them to nginx, which refuses links; `edge` to any server, and trusts the processes with all that it can read.',
    ),
  onDemand: z
    .enum(['off', 'public', 'internal'])
    .default('off')
    .describe(
      'Caddy only: certificates for hosts without a given one, made when first asked for, by a public authority or by its own.',
    ),
  onDemandPort: integer(1, 65535)
    .default(9180)
    .describe('Port on loopback at which Caddy looks up whether a host is known.'),
  tls: tls
    .optional()
    .describe('Apache only: the certificate shown for unknown names; by default that of the first tenant.'),
});

/** What `tenantry hosting` needs to know of the host. */
export const hostingSchema = z
  .strictObject({
    users: z
      .enum(['own', 'operator'])
      .default('own')
      .describe(
        "Under systemd and supervisord: `own` runs each tenant as a user of its own, made by `hosting apply --users`; `operator` runs all as the home's owner.",
      ),
    userPrefix: pattern(/^[a-z_][a-z0-9_-]{0,11}$/, 'the beginning of a user name')
      .default('tn-')
      .describe("What the tenants' own users begin with."),
    edgeGroup: osUser()
      .optional()
      .describe(
        "Group of the edge server, which reaches the tenants' sockets and media; www-data for nginx and Apache, caddy for Caddy, else the group of the home.",
      ),
    unit: word()
      .default('tenant')
      .describe(
        'What units and programs are called: `tenant@acme.service`, `tenant-acme`. Each home of a host needs its own.',
      ),
    edge: edge.describe('The edge server, as `edge` names it.'),
    systemd: z
      .strictObject({
        dir: folder().default('/etc/systemd/system').describe('Where the units go.'),
        addresses: z
          .array(network())
          .default([])
          .describe(
            "Addresses and networks that tenants may reach beside their Postgres, such as a mail server's.",
          ),
      })
      .describe('Units of systemd.'),
    supervisord: z
      .strictObject({
        dir: folder().default('/etc/supervisor/conf.d').describe('Where the programs go.'),
        config: folder()
          .default('/etc/supervisor/supervisord.conf')
          .describe('The configuration that supervisorctl reads to find its server.'),
      })
      .describe('Programs of supervisord.'),
  })
  .describe('Files for the process manager and the edge server.');

export type HostingInput = z.output<typeof hostingSchema>;
