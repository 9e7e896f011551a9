import { join } from 'node:path';
import type { HostingPlan } from '../../plan.js';
import { fileText, quoted } from '../edge/config-text.js';

/** Apache starts as root, and refuses to serve as root. As Debian's package calls its user. */
const unprivileged = { user: 'www-data', group: 'www-data' };

/** `apache2 -d <home>/hosting/apache -f httpd.conf`: its files are found from that folder, so that a copy checks its own. */
export function mainText({ home, runDir, logDir, operator }: HostingPlan): string {
  const { user, group } = operator.user === 'root' ? unprivileged : operator;
  return fileText({ home }, [
    'LoadModule mpm_event_module /usr/lib/apache2/modules/mod_mpm_event.so',
    'ServerName tenantry.invalid',
    `User ${user}`,
    `Group ${group}`,
    `PidFile ${quoted(join(runDir, 'apache.pid'))}`,
    `DefaultRuntimeDir ${quoted(runDir)}`,
    `ErrorLog ${quoted(join(logDir, 'apache.log'))}`,
    ...loadLine('mime'),
    'TypesConfig /dev/null',
    'ServerTokens Prod',
    'KeepAliveTimeout 75',
    'GracefulShutdownTimeout 60',
    'Define TENANTRY_APACHE .',
    'Include tenantry.conf',
  ]);
}

/** Of Debian's folder; nothing where the server has the module already. */
export function loadLine(name: string): string[] {
  return [
    `<IfModule !${name}_module>`,
    `  LoadModule ${name}_module /usr/lib/apache2/modules/mod_${name}.so`,
    '</IfModule>',
  ];
}
