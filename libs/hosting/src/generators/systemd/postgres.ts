import type { HostingPlan, PostgresPlan } from '../../plan.js';
import { postgresUnit } from '../postgres-name.js';
import { unitCommandWord, unitText } from '../quoting.js';
import { postgresScript } from '../start-scripts.js';
import { postgresHardening } from './hardening.js';

/** The lines of the unit that keeps an embedded server. */
export function postgresLines(plan: HostingPlan, postgres: PostgresPlan): string[] {
  const { home, operator } = plan;
  return [
    '[Unit]',
    `Description=Postgres ${postgres.server} of ${unitText(home)}`,
    'After=network.target',
    'StartLimitIntervalSec=0',
    '',
    '[Service]',
    // As for tenants: systemd's client speaks, as a child.
    'Type=notify',
    'NotifyAccess=all',
    `ExecStart=${unitCommandWord(postgresScript(plan, postgres))}`,
    `WorkingDirectory=${unitText(home)}`,
    `User=${operator.user}`,
    `Group=${operator.group}`,
    ...lifeAndDeath,
    '',
    ...postgresHardening(plan, postgres),
  ];
}

const lifeAndDeath = [
  // 0 is a stop that was meant, as by `tenantry postgres stop`.
  'Restart=on-failure',
  'RestartSec=2s',
  'RestartPreventExitStatus=78',
  // The server goes on when what keeps it dies, and is taken over by what systemd starts in its place.
  'KillMode=process',
  // One of the server's processes that is killed for want of memory ends no other: the server recovers by itself.
  'OOMPolicy=continue',
  // Recovery after a crash, and the last checkpoint, take their time; the command has bounds of its own.
  'TimeoutStartSec=150s',
  'TimeoutStopSec=90s',
];

/** What a unit says that wants the servers up before itself; nothing where there are none. */
export function afterPostgres(plan: HostingPlan): string[] {
  const units = plan.postgres.map((each) => postgresUnit(plan, each)).join(' ');
  return units === '' ? [] : [`Wants=${units}`, `After=${units}`];
}
