import type { NamedServer } from './init-options.js';

/** What `tenantry.yaml` of a new home says. */
export function hostSettingsText(server: NamedServer | undefined, port: number, isDemo: boolean): string {
  const embedded = ['      embedded: true', ...(isDemo ? ['      durable: false'] : [])];
  const lines = server ? serverLines(server) : embedded;
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

function serverLines({ host, port, user, database, ssl, caFile, certFile, keyFile }: NamedServer): string[] {
  const files = Object.entries({ caFile, certFile, keyFile }).filter(([, file]) => file !== undefined);
  return [
    `      host: ${JSON.stringify(host)}`,
    `      port: ${port}`,
    `      user: ${JSON.stringify(user)}`,
    `      database: ${JSON.stringify(database)}`,
    `      ssl: ${ssl}`,
    ...files.map(([key, file]) => `      ${key}: ${JSON.stringify(file)}`),
  ];
}
