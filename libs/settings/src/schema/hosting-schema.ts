import { z } from 'zod';
import { pattern } from './fields.js';
import { network } from './network.js';
import { osUser, word } from './names.js';

const folder = () => pattern(/^\/[^\s"'\\%$;{}]{1,255}$/, 'an absolute path without spaces');

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
