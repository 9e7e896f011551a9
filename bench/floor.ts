import { createServer } from 'node:http';

import { Client } from 'pg';

/**
 * What no framework can be faster than: `node:http`, one connection of `pg`, one query a page.
 * `node floor.cjs <socket>`; the connection is in PGHOST, PGPORT, PGDATABASE, PGUSER and PGPASSWORD.
 */
const [, , socket] = process.argv;
const client = new Client();
await client.connect();
const server = createServer((_request, response) => {
  void client.query('SELECT now() AS now').then(({ rows }) => {
    response.setHeader('content-type', 'text/html; charset=utf-8');
    response.end(`<h1>${String(rows[0].now)}</h1>`);
  });
});
server.listen(socket);
// Closing removes the socket file, so that the next can listen there.
process.on('SIGTERM', () => server.close(() => process.exit(0)));
