import type { Dependencies } from '../dependencies.js';

/** Process managers of the system start tenants after a reboot, and nobody an embedded server. */
export function warnOfEmbedded({ home, report }: Pick<Dependencies, 'home' | 'report'>): void {
  const { processes, postgres } = home.host;
  if (processes === 'embedded') return;
  for (const { name, embedded } of Object.values(postgres.servers)) {
    if (!embedded) continue;
    report.warn(
      `Postgres "${name}" is embedded: after a reboot ${processes} starts the tenants, and nobody their database. ` +
        `Name a server of the system in tenantry.yaml, or have \`tenantry postgres start ${name}\` run at each boot.`,
    );
  }
}
