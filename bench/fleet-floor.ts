import { readFileSync } from 'node:fs';

import { Client, type ClientConfig } from 'pg';

/**
 * What nobody can be faster than: `pg`, a connection and a query for each database, so many at a time.
 * `node fleet-floor.js <file>`, which holds a `FloorWork`; prints the milliseconds, and the peak of its memory in MB.
 */
export interface FloorWork {
  readonly databases: readonly ClientConfig[];
  readonly width: number;
  readonly sql: readonly string[];
}

const [, , file = ''] = process.argv;
const { databases, width, sql } = JSON.parse(readFileSync(file, 'utf8')) as FloorWork;
const queue = databases.values();
const began = performance.now();
await Promise.all(Array.from({ length: width }, work));
const elapsedMs = performance.now() - began;
process.stdout.write(`${elapsedMs} ${process.resourceUsage().maxRSS / 1024}`);

async function work(): Promise<void> {
  for (const database of queue) {
    const client = new Client(database);
    await client.connect();
    for (const statement of sql) await client.query(statement);
    await client.end();
  }
}
