import { createServer } from 'node:http';

import { Client } from 'pg';

/**
 * What no framework can be faster than: `node:http`, one connection of `pg`, one query a page.
 * `node floor.cjs <socket>`; the connection is in PGHOST, PGPORT, PGDATABASE, PGUSER and PGPASSWORD.
 */
const [, , socket] = process.argv;
const client = new Client();
await client.connect();
createServer((_request, response) => {
  void client.query('SELECT now() AS now').then(({ rows }) => {
    response.setHeader('content-type', 'text/html; charset=utf-8');
    response.end(`<h1>${String(rows[0].now)}</h1>`);
  });
}).listen(socket);
process.on('SIGTERM', () => process.exit(0));
