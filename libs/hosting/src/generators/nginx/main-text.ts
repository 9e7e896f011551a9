import { join } from 'node:path';
import type { HostingPlan } from '../../plan.js';
import { block, fileText, quoted } from '../edge/config-text.js';

const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'];

/** `nginx -c <home>/hosting/nginx/nginx.conf`. The include is relative to this file, so that a copy checks its own. */
export function mainText({ home, runDir, logDir, operator }: HostingPlan): string {
  return fileText({ home }, [
    `# Only root may become somebody else; for others nginx passes this line over, with a warning.`,
    `user ${operator.user} ${operator.group};`,
    'worker_processes auto;',
    `pid ${quoted(join(runDir, 'nginx.pid'))};`,
    `error_log ${quoted(join(logDir, 'nginx.log'))} warn;`,
    ...block('events', ['worker_connections 8192;']),
    ...block('http', [
      'default_type application/octet-stream;',
      'access_log off;',
      'sendfile on;',
      'server_tokens off;',
      'keepalive_timeout 75s;',
      // All five, also of modules without use here: nginx makes each folder at its start.
      ...temporary.map((name) => `${name}_temp_path ${quoted(join(runDir, `nginx-${name}`))};`),
      'include conf.d/*.conf;',
    ]),
  ]);
}
