import { headerOf } from '../apply/header.js';
import type { GeneratedFile, Generator, HostingPlan, PostgresPlan, UnitPlan } from '../plan.js';
import { postgresName } from './postgres-name.js';
import { shellWord, supervisorWord } from './quoting.js';
import { postgresScript, startScriptFolder } from './start-scripts.js';

/**
 * A group of programs for each unit. An `fcgi-program` has a socket that supervisord opens and its processes share, as
 * descriptor 0; it is closed with the last of them, so one process of each group does nothing but hold it.
 * https://supervisord.org/configuration.html#fcgi-program-x-section-settings
 */
export const supervisord: Generator = {
  name: 'supervisord',
  generate: (plan) => [
    serveScript(plan),
    ...plan.postgres.map((postgres) => postgresProgram(plan, postgres)),
    ...plan.units.map((unit) => programOf(plan, unit)),
  ],
};

const serveFile = 'hosting/supervisord/bin/serve';
const graceMs = 5000;

/** `tenant-acme`; its process 0 holds the socket, those from 1 on serve. */
export function programName({ unitPrefix }: Pick<HostingPlan, 'unitPrefix'>, unit: string): string {
  return `${unitPrefix}-${unit}`;
}

function serveScript({ home }: HostingPlan): GeneratedFile {
  const start = shellWord(`${home}/${startScriptFolder}/start-`);
  return { path: serveFile, text: `#!/bin/sh\n# ${headerOf({ home })}\n${serveText(start)}`, mode: 0o755 };
}

/** `start` is a start script's path up to the unit's name. */
const serveText = (start: string): string =>
  `# serve UNIT NUMBER: one process of a unit under supervisord. Its socket comes as descriptor 0 and is closed with the
# last process of the group, so number 0 holds it: who connects while the others restart waits, and is answered.
set -eu
[ "$2" != 0 ] || exec sleep infinity

# supervisord would open another socket for a group of another size: there are more numbers than workers, and what is
# over ends well, after the second in which supervisord takes any end for a failure.
start=${start}$1
if [ "$2" -gt "$(sed -n 's/^# Workers: //p' "$start")" ]; then
  sleep 2
  exit 0
fi

${serveAndWait}`;

const serveAndWait = `# Before the command: one in the background finds nothing at descriptor 0.
exec 3<&0 </dev/null
# Nothing would start it again after idling.
LISTEN_FDS=1 TENANTRY__PROCESS__IDLE_STOP=0 "$start" &
child=$!
trap 'kill -TERM "$child" 2>/dev/null || :' TERM INT
code=0
wait "$child" || code=$?
# A signal ends the first wait, not the process.
while kill -0 "$child" 2>/dev/null; do
  code=0
  wait "$child" || code=$?
done
# 78, nothing but a person can help: within the first second supervisord would try again.
[ "$code" != 78 ] || sleep 2
exit "$code"
`;

/** How many workers a group has numbers for; more of them would be another group, and another socket. */
function slotsOf({ workers }: UnitPlan): number {
  return Math.max(4, 2 ** Math.ceil(Math.log2(workers)));
}

function programOf(plan: HostingPlan, unit: UnitPlan): GeneratedFile {
  const lines = [
    `; ${headerOf({ home: plan.home, tenant: unit.tenant })}`,
    `[fcgi-program:${programName(plan, unit.name)}]`,
    `command=${supervisorWord(`${plan.home}/${serveFile}`)} ${unit.name} %(process_num)d`,
    'process_name=%(process_num)d',
    `numprocs=${slotsOf(unit) + 1}`,
    ...socketLines(plan, unit),
    `directory=${percent(plan.home)}`,
    `user=${unit.user.user}`,
    'umask=027',
    `autostart=${String(!unit.isSuspended)}`,
    ...restarting,
    'stopsignal=TERM',
    'killasgroup=true',
    `stopwaitsecs=${Math.ceil((unit.drainTimeoutMs + graceMs) / 1000)}`,
    'redirect_stderr=true',
    `stdout_logfile=${supervisordLog(percent(unit.logFile), '%(process_num)d')}`,
    'stdout_logfile_maxbytes=10MB',
    'stdout_logfile_backups=1',
  ];
  return { path: `hosting/supervisord/${programName(plan, unit.name)}.conf`, text: `${lines.join('\n')}\n` };
}

/** Started before the tenants, and stopped after them. It takes over a server that runs. */
function postgresProgram(plan: HostingPlan, postgres: PostgresPlan): GeneratedFile {
  const name = postgresName(plan, postgres);
  const lines = [
    `; ${headerOf({ home: plan.home })}`,
    `[program:${name}]`,
    `command=${supervisorWord(postgresScript(plan, postgres))}`,
    `directory=${percent(plan.home)}`,
    `user=${plan.operator.user}`,
    'priority=1',
    'autostart=true',
    ...restarting,
    'stopsignal=TERM',
    'stopwaitsecs=90',
    'redirect_stderr=true',
    `stdout_logfile=${percent(postgres.logFile)}`,
    'stdout_logfile_maxbytes=10MB',
    'stdout_logfile_backups=1',
  ];
  return { path: `hosting/supervisord/${name}.conf`, text: `${lines.join('\n')}\n` };
}

const restarting = [
  'autorestart=unexpected',
  'exitcodes=0,78',
  'startsecs=1',
  // A second more between each try: what it waits for, such as its Postgres, may come back.
  'startretries=100',
];

function socketLines({ hasOwnUsers }: HostingPlan, { listen, user, edgeGroup }: UnitPlan): string[] {
  if (!('socket' in listen)) {
    const host = listen.host.includes(':') ? `[${listen.host}]` : listen.host;
    return [`socket=tcp://${host}:${listen.port}`];
  }
  return [
    `socket=unix://${percent(listen.socket)}`,
    // Only root gives a socket away.
    ...(hasOwnUsers ? [`socket_owner=${user.user}:${edgeGroup}`] : []),
    'socket_mode=0660',
  ];
}

/** The log of a unit's worker, from 1 on: supervisord rotates each process's own. */
export function supervisordLog(logFile: string, worker: number | string): string {
  return `${logFile.replace(/\.log$/, '')}.${worker}.log`;
}

function percent(text: string): string {
  return text.replaceAll('%', '%%');
}
