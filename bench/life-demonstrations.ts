import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { connectAs, using } from '#libs/database';
import type { TestingTenant } from '#libs/runtime';

import type { BenchFleet } from './fleet-home.js';
import { holds, type Say } from './holds.js';

/** What somebody did by hand to one database of many is found, with the statements that mend it. */
export async function showDrift({ home }: BenchFleet, say: Say): Promise<void> {
  const tenant = at(home.tenants, 22);
  await using(connectAs(tenant.database, 'owner'), (owner) =>
    owner.query('CREATE INDEX by_hand ON applied (id)'),
  );
  const { code, stdout } = await home.run('migrate', 'drift', '--all');
  say(`CREATE INDEX by hand on ${tenant.name}; \`migrate drift --all\`: exit ${code}\n${stdout.trim()}`);
  holds(code === 3 && stdout.includes('CREATE INDEX by_hand ON public.applied'), 'the index is found');
  await using(connectAs(tenant.database, 'owner'), (owner) => owner.query(stdout));
  const again = await home.run('migrate', 'drift', '--all');
  say(`what it printed run as it is: exit ${again.code}, ${again.stdout.trim()}`);
  holds(again.code === 0, 'what drift prints mends it');
}

/** One tenant into the trash and back, then for good; what is done already is refused, and nothing else is touched. */
export async function showDeletion({ home }: BenchFleet, say: Say): Promise<void> {
  const tenant = at(home.tenants, 99);
  const { name } = tenant;
  for (const [file, bytes] of Object.entries({ 'public/a.bin': 300_000, 'private/b.bin': 5 })) {
    mkdirSync(join(tenant.mediaRoot, file, '..'), { recursive: true });
    writeFileSync(join(tenant.mediaRoot, file), Buffer.alloc(bytes, file));
  }
  const before = await contentOf(tenant);
  const steps: (readonly [words: readonly string[], code: number])[] = [
    [['delete', name, '--confirm', name], 0],
    [['delete', name, '--confirm', name], 2],
    [['undelete', name], 0],
  ];
  for (const [words, code] of steps) await step(home, say, { words, code });
  const after = await contentOf(tenant);
  say(`before: ${before.text}; after: ${after.text}`);
  holds(before.digest === after.digest, 'rows and checksums of media are what they were');
  await step(home, say, { words: ['delete', name, '--confirm', name], code: 0 });
  await step(home, say, { words: ['purge', name, '--confirm', name], code: 0 });
  await step(home, say, { words: ['purge', name, '--confirm', name], code: 2 });
  holds(!existsSync(join(home.dir, 'tenants', name)), 'nothing is left of it');
}

async function step(
  home: BenchFleet['home'],
  say: Say,
  { words, code }: { words: readonly string[]; code: number },
): Promise<void> {
  const ran = await home.run('tenant', ...words);
  const [line = ''] = (ran.code === 0 ? ran.stdout : ran.stderr).trim().split('\n');
  say(`tenant ${words.join(' ')}: exit ${ran.code}, ${line}`);
  holds(ran.code === code, `exit ${code} of tenant ${words.join(' ')}`);
}

function at(tenants: readonly TestingTenant[], index: number): TestingTenant {
  const tenant = tenants[index];
  if (tenant === undefined) throw new TypeError(`Fewer than ${index + 1} tenants.`);
  return tenant;
}

/** The rows of each table, and the checksum of each file. */
async function contentOf({ database, mediaRoot }: TestingTenant): Promise<{ text: string; digest: string }> {
  const rows = await using(connectAs(database, 'owner'), async (owner) => {
    const { rows: tables } = await owner.query<{ name: string; rows: string }>(
      `SELECT format('%I.%I', schemaname, tablename) AS name,
              (xpath('/row/c/text()', query_to_xml(format('SELECT count(*) AS c FROM %I.%I', schemaname, tablename), false, true, '')))[1]::text AS rows
         FROM pg_tables WHERE schemaname IN ('public', 'tenantry') ORDER BY 1`,
    );
    return tables.map((table) => `${table.name} ${table.rows}`);
  });
  const files = readdirSync(mediaRoot, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .toSorted();
  const sums = files.map((file) => `${file} ${sha256(readFileSync(file))}`);
  const digest = sha256([...rows, ...sums].join('\n'));
  return {
    digest,
    text: `${rows.length} tables (${rows.join(', ')}), ${sums.length} files, sha256 ${digest.slice(0, 12)}`,
  };
}

function sha256(content: string | Buffer): string {
  return createHash('sha256').update(content).digest('hex');
}
