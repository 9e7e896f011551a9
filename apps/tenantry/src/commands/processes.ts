import type { UnitStatus } from '#libs/operations';
import { isTenantName } from '#libs/settings';
import type { CommandSpec } from '../command.js';
import { formatTable } from '../table-text.js';
import { countOption, flag, listOption, oneTenant, portOption, targetsOf, textOption } from './options.js';

const names = { name: '[tenants...]', description: 'tenants, as --tenant' };

export const processCommands: readonly CommandSpec[] = [
  {
    path: ['start'],
    summary: 'start tenants, and the supervisor with its gateway when it does not run yet',
    arguments: [names],
    targets: true,
    plan: true,
    options: [
      { flags: '--foreground', description: 'run the supervisor here until Ctrl-C, as npm start does' },
      { flags: '--port <port>', description: "the gateway's port (default: the one of tenantry.yaml)" },
    ],
    run: async (invocation) => {
      const operations = await import('#libs/operations');
      const request = {
        targets: targetsOf(invocation),
        port: portOption(invocation),
        plan: flag(invocation, 'plan'),
      };
      const dependencies = await invocation.dependencies();
      const outcome = flag(invocation, 'foreground')
        ? await operations.serveHome(dependencies, { ...request, announce: invocation.output.out })
        : await operations.startTenants(dependencies, request);
      return { data: outcome.data, text: outcome.text, exitCode: outcome.exitCode };
    },
  },
  {
    path: ['supervise'],
    summary: 'run the supervisor for commands that start tenants',
    hidden: true,
    options: [
      { flags: '--port <port>', description: "the gateway's port" },
      { flags: '--awaiting <names>', description: 'tenants that the command starts next' },
    ],
    run: async (invocation) => {
      const { serveHome } = await import('#libs/operations');
      const awaited = listOption(invocation, 'awaiting')?.filter(isTenantName);
      const request = { port: portOption(invocation), awaited, plan: false, announce: invocation.output.out };
      await serveHome(await invocation.dependencies(), request);
      return {};
    },
  },
  verb('stop', 'stop tenants; the last one takes the supervisor with it', 'stopTenants'),
  verb('restart', 'restart tenants without losing a request', 'restartTenants'),
  {
    path: ['status'],
    summary: 'show what runs',
    arguments: [names],
    targets: true,
    run: async (invocation) => {
      // Each by itself: a bundle then loads these two, and not all operations.
      const { fleetStatus } = await import('#libs/operations');
      const { releaseText } = await import('#libs/operations');
      const status = await fleetStatus(await invocation.dependencies(), targetsOf(invocation));
      const rows = status.tenants.flatMap((tenant) => [
        ...statusRows(tenant.name, tenant, releaseText(tenant)),
        ...tenant.sites.flatMap((site) =>
          statusRows(`${tenant.name}.${site.name}`, site, site.release ?? '-'),
        ),
      ]);
      const table = rows.length
        ? formatTable(['TENANT', 'STATE', 'PID', 'RELEASE', 'RSS', 'STARTED', ''], rows)
        : 'No tenants yet. Create one with `tenantry tenant create NAME`.';
      return { data: status, text: `${table}\n\n${status.summary}` };
    },
  },
  {
    path: ['logs'],
    summary: "print a tenant's log",
    arguments: [{ name: '[tenant]', description: "the tenant's name" }],
    options: [
      { flags: '--tenant <name>', description: 'the same, as an option' },
      { flags: '--site <name>', description: 'the log of a site that has a process of its own' },
      { flags: '-n, --lines <n>', description: 'how many lines (default: 100)' },
      { flags: '-f, --follow', description: 'go on as lines are written' },
    ],
    run: async (invocation) => {
      const { tenantLogs } = await import('#libs/operations');
      const lines = await tenantLogs(await invocation.dependencies(), {
        name: oneTenant(invocation),
        site: textOption(invocation, 'site'),
        lines: countOption(invocation, 'lines') ?? 100,
        follow: flag(invocation, 'follow') ? invocation.output.out : undefined,
      });
      return { data: { lines }, text: lines.join('\n') };
    },
  },
];

function statusRows(name: string, unit: UnitStatus, release: string): string[][] {
  if (unit.workers.length === 0) return [statusRow(name, unit, release)];
  return unit.workers.map((worker) => statusRow(`${name} (${worker.worker})`, worker, release));
}

function statusRow(
  name: string,
  unit: Omit<UnitStatus, 'name' | 'workers' | 'release'>,
  release: string,
): string[] {
  return [
    ...[name, unit.state, String(unit.pid ?? '-'), release],
    ...[unit.rssBytes === null ? '-' : `${Math.round(unit.rssBytes / 1048576)} MB`, unit.startedAt ?? '-'],
    unit.error ?? '',
  ];
}

function verb(
  name: 'stop' | 'restart',
  summary: string,
  operation: 'stopTenants' | 'restartTenants',
): CommandSpec {
  return {
    path: [name],
    summary,
    arguments: [names],
    targets: true,
    plan: true,
    run: async (invocation) => {
      const operations = await import('#libs/operations');
      const request = { targets: targetsOf(invocation), plan: flag(invocation, 'plan') };
      const outcome = await operations[operation](await invocation.dependencies(), request);
      return { data: outcome.data, text: outcome.text, exitCode: outcome.exitCode };
    },
  };
}
