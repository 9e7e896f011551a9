import { headerOf } from '../../apply/header.js';
import type { GeneratedFile, Generator, HostingPlan, UnitPlan } from '../../plan.js';
import { postgresUnit } from '../postgres-name.js';
import { unitCommandWord, unitText } from '../quoting.js';
import { startScriptFolder, startScriptOf } from '../start-scripts.js';
import { fileLines, hardening, networkLines } from './hardening.js';
import { serviceUnit, socketUnit, targetUnit } from './names.js';
import { afterPostgres, postgresLines } from './postgres.js';

/**
 * `tenant@.socket` and `tenant@.service` with a drop-in for each unit. systemd holds the listening sockets: a restart
 * loses nobody who connects meanwhile, and a stopped tenant starts on its first request.
 */
export const systemd: Generator = {
  name: 'systemd',
  generate: (plan) => [
    serviceTemplate(plan),
    socketTemplate(plan),
    target(plan),
    ...plan.postgres.map((each) =>
      fileOf(plan, postgresUnit(plan, each), undefined, postgresLines(plan, each)),
    ),
    ...plan.units.flatMap((unit) => unitFiles(plan, unit)),
  ],
};

const folder = 'hosting/systemd';
const dropIn = 'tenantry.conf';

/** Beyond its own bound a process gets so long before it is killed. */
const graceMs = 5000;

function serviceTemplate(plan: HostingPlan): GeneratedFile {
  const start = unitCommandWord(`${plan.home}/${startScriptFolder}/start-`);
  return fileOf(plan, `${plan.unitPrefix}@.service`, undefined, [
    '[Unit]',
    'Description=Tenant %i',
    'After=network.target',
    ...afterPostgres(plan),
    // Tried for ever: what it waits for, such as its Postgres, may come back.
    'StartLimitIntervalSec=0',
    '',
    '[Service]',
    // Node cannot send the message itself: systemd's client does, as a child.
    'Type=notify',
    'NotifyAccess=all',
    `ExecStart=${start.endsWith('"') ? `${start.slice(0, -1)}%i"` : `${start}%i`}`,
    `WorkingDirectory=${unitText(plan.home)}`,
    // 0 is a stop by itself after idling: the socket starts it again.
    'Restart=on-failure',
    'RestartSec=2s',
    // Wrong settings, wrong database, wrong schema: starting again cannot help.
    'RestartPreventExitStatus=78',
    'KillMode=mixed',
    '',
    ...hardening(plan),
  ]);
}

function socketTemplate(plan: HostingPlan): GeneratedFile {
  return fileOf(plan, `${plan.unitPrefix}@.socket`, undefined, [
    '[Unit]',
    'Description=Socket of tenant %i',
    `PartOf=${targetUnit(plan)}`,
    '',
    '[Socket]',
    `ListenStream=${unitText(plan.socketsDir)}/%i.sock`,
    'SocketMode=0660',
    'DirectoryMode=0711',
    // A process that refuses to start (78) is tried for each visitor who waits, without a pause; then they are turned away.
    'TriggerLimitIntervalSec=30s',
    'TriggerLimitBurst=5',
    'RemoveOnStop=yes',
  ]);
}

function target(plan: HostingPlan): GeneratedFile {
  return fileOf(plan, targetUnit(plan), undefined, [
    '[Unit]',
    `Description=Tenants of ${unitText(plan.home)}`,
    ...afterPostgres(plan),
    '',
    '[Install]',
    'WantedBy=multi-user.target',
  ]);
}

function unitFiles(plan: HostingPlan, unit: UnitPlan): GeneratedFile[] {
  const socket = socketUnit(plan, unit.name);
  const workers = Array.from({ length: unit.workers - 1 }, (_, index) => index + 2);
  const inTarget = fileOf(plan, `${targetUnit(plan)}.d/${unit.name}.conf`, unit, [
    '[Unit]',
    `Wants=${socket}`,
  ]);
  return [
    ...(unit.isSuspended ? [] : [inTarget]),
    fileOf(plan, `${socket}.d/${dropIn}`, unit, socketLines(unit)),
    fileOf(plan, `${serviceUnit(plan, unit.name)}.d/${dropIn}`, unit, [
      '[Unit]',
      `Requires=${socket}`,
      `After=${socket}`,
      ...workers.map((number) => `Wants=${serviceUnit(plan, unit.name, number)}`),
      '',
      '[Service]',
      ...serviceLines(plan, unit),
    ]),
    ...workers.map((number) => workerFile(plan, unit, number)),
  ];
}

function workerFile(plan: HostingPlan, unit: UnitPlan, number: number): GeneratedFile {
  const path = `${serviceUnit(plan, unit.name, number)}.d/${dropIn}`;
  return fileOf(plan, path, unit, workerLines(plan, unit, number));
}

function socketLines({ listen, user, edgeGroup }: UnitPlan): string[] {
  const address = 'socket' in listen ? unitText(listen.socket) : hostAndPort(listen);
  return [
    '[Socket]',
    'ListenStream=',
    `ListenStream=${address}`,
    ...('socket' in listen ? [`SocketUser=${user.user}`, `SocketGroup=${edgeGroup}`] : []),
  ];
}

function hostAndPort({ host, port }: { host: string; port: number }): string {
  return `${host.includes(':') ? `[${host}]` : host}:${port}`;
}

/** A further process at the same socket. It comes and goes with the first one, which the socket starts. */
function workerLines(plan: HostingPlan, unit: UnitPlan, number: number): string[] {
  const socket = socketUnit(plan, unit.name);
  return [
    '[Unit]',
    `Description=Tenant ${unit.name}, worker ${number}`,
    `Requires=${socket}`,
    `After=${socket}`,
    'StopWhenUnneeded=yes',
    '',
    '[Service]',
    `Sockets=${socket}`,
    'ExecStart=',
    `ExecStart=${unitCommandWord(startScriptOf(plan, unit))}`,
    // It stops when the first one does, who alone is woken.
    'Environment=TENANTRY__PROCESS__IDLE_STOP=0',
    ...serviceLines(plan, unit),
  ];
}

function serviceLines(plan: HostingPlan, unit: UnitPlan): string[] {
  return [
    `User=${unit.user.user}`,
    `Group=${unit.user.group}`,
    `TimeoutStartSec=${unit.startTimeoutMs}ms`,
    `TimeoutStopSec=${unit.drainTimeoutMs + graceMs}ms`,
    // Reclaimed from here on, killed a quarter later.
    `MemoryHigh=${unit.memoryBytes}`,
    `MemoryMax=${Math.ceil(unit.memoryBytes * 1.25)}`,
    ...(unit.cpuWeight === undefined ? [] : [`CPUWeight=${unit.cpuWeight}`]),
    `TasksMax=${unit.tasksMax ?? 64}`,
    ...(unit.secretsFile === undefined
      ? []
      : [`LoadCredential=secrets-of-${unit.tenant}:${unitText(unit.secretsFile)}`]),
    ...fileLines(plan, unit),
    ...networkLines(unit.network),
  ];
}

function fileOf(
  { home }: HostingPlan,
  name: string,
  unit: UnitPlan | undefined,
  lines: readonly string[],
): GeneratedFile {
  const header = `# ${headerOf({ home, tenant: unit?.tenant })}`;
  return { path: `${folder}/${name}`, text: `${[header, ...lines].join('\n')}\n` };
}
