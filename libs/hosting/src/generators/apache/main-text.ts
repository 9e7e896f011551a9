import { join } from 'node:path';
import type { HostingPlan } from '../../plan.js';
import { fileText, quoted } from '../edge/config-text.js';

/** `apache2 -d <home>/hosting/apache -f httpd.conf`: its files are found from that folder, so that a copy checks its own. */
export function mainText({ home, runDir, logDir, operator }: HostingPlan): string {
  return fileText({ home }, [
    'LoadModule mpm_event_module /usr/lib/apache2/modules/mod_mpm_event.so',
    'ServerName tenantry.invalid',
    `User ${operator.user}`,
    `Group ${operator.group}`,
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
