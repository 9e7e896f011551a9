import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { postgresName, postgresUnit } from '#libs/hosting';
import { startAnew } from '#libs/processes';
import type { PostgresServer } from '#libs/settings';
import type { Dependencies } from '../dependencies.js';
import { supervisordOf } from './process-manager.js';

/** Has systemd or supervisord start what keeps a server, where `hosting apply` has told them how; else does nothing. */
export async function startUnit(
  { home }: Pick<Dependencies, 'home'>,
  { name: server }: PostgresServer,
): Promise<void> {
  const { processes, hosting } = home.host;
  const prefixed = { unitPrefix: hosting.unit };
  const [program, unit] = [postgresName(prefixed, { server }), postgresUnit(prefixed, { server })];
  const isApplied = (file: string): boolean => existsSync(join(home.paths.home, 'hosting', processes, file));
  if (processes === 'systemd' && isApplied(unit)) {
    await startAnew(unit);
  }
  if (processes === 'supervisord' && isApplied(`${program}.conf`)) {
    const plan = { ...prefixed, units: [], processes };
    await supervisordOf(hosting.supervisord.config, plan).startProgram(program);
  }
}
