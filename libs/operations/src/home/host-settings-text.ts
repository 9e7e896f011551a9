import type { NamedServer } from './init-options.js';

/** What `tenantry.yaml` of a new home says. */
export function hostSettingsText(server: NamedServer | undefined, port: number, isDemo: boolean): string {
  const lines = server
    ? [
        `      host: ${JSON.stringify(server.host)}`,
        `      port: ${server.port}`,
        `      user: ${JSON.stringify(server.user)}`,
        `      database: ${JSON.stringify(server.database)}`,
        `      ssl: ${server.ssl}`,
      ]
    : ['      embedded: true', ...(isDemo ? ['      durable: false'] : [])];
  return [
    '# Settings of this host. A tenant cannot change what stands here.',
    'postgres:',
    '  default: main',
    '  servers:',
    '    main:',
    ...lines,
    'gateway:',
    '  host: 127.0.0.1',
    `  port: ${port}`,
    ...(isDemo ? ['development: true'] : []),
    '',
  ].join('\n');
}
