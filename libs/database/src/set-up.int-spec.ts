import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { DataSource } from 'typeorm';
import pg from 'pg';
import { testTenant } from '../../../tests/support/test-tenant.js';
import { connectAs, using } from './connect.js';
import { createTenantDatabase } from './create.js';
import { dropTenantDatabase } from './drop.js';
import { runtimeDataSourceOptions, runtimePoolOptions } from './runtime-options.js';
import { setUpDatabase } from './set-up.js';
import { proveDatabase } from './stamp.js';

const { db, identity } = testTenant();
const settings = { pool: { max: 2, idleTimeout: 1000, connectionTimeout: 2000 }, statementTimeout: 300 };

beforeAll(async () => {
  await createTenantDatabase(db, identity);
  await using(connectAs(db, 'owner'), (owner) => owner.query('CREATE TABLE notes (text text)'));
});
afterAll(() => dropTenantDatabase(db, identity));

function countNotes(): Promise<unknown> {
  return using(connectAs(db, 'runtime'), async (runtime) => {
    const { rows } = await runtime.query('SELECT count(*)::int AS count FROM notes');
    return rows[0].count;
  });
}

describe('setUpDatabase', () => {
  it('keeps all of the work or nothing', async () => {
    await expect(
      setUpDatabase({ db }, async (sql) => {
        await sql.query('INSERT INTO notes VALUES ($1)', ['lost']);
        throw new Error('stop');
      }),
    ).rejects.toThrow('stop');
    expect(await countNotes()).toBe(0);
    await setUpDatabase({ db, expected: identity }, async (sql) => {
      await sql.query('INSERT INTO notes VALUES ($1)', ['kept']);
      expect(await sql.query('SELECT text, current_user AS role FROM notes')).toEqual([
        { text: 'kept', role: db.runtimeRole },
      ]);
    });
    expect(await countNotes()).toBe(1);
  });

  it('says so when the server goes away meanwhile', async () => {
    const killed = setUpDatabase(
      { db },
      (sql) => sql.query('SELECT pg_terminate_backend(pg_backend_pid())') as Promise<void>,
    );
    await expect(killed).rejects.toMatchObject({ code: 'POSTGRES_UNREACHABLE' });
    await expect(killed).rejects.toThrow(
      'the connection was lost: terminating connection due to administrator command.',
    );
  });

  it('writes nothing into another tenant’s database', async () => {
    const liberty = testTenant('liberty').identity;
    await expect(
      setUpDatabase({ db, expected: liberty }, () => Promise.reject(new Error('was called'))),
    ).rejects.toThrow(`liberty: database "${db.name}" carries acme's stamp. Nothing was written.`);
  });
});

describe('the runtime’s options', () => {
  it('serve a pool', async () => {
    const pool = new pg.Pool(runtimePoolOptions(db, settings));
    const { rows } = await pool.query('SELECT current_user AS role');
    await expect(pool.query('SELECT pg_sleep(1)')).rejects.toMatchObject({ code: '57014' });
    await pool.end();
    expect(rows).toEqual([{ role: db.runtimeRole }]);
  });

  it('serve TypeORM, on whose connection the stamp can be proven', async () => {
    const source = new DataSource({ ...runtimeDataSourceOptions(db, settings), entities: [] });
    await source.initialize();
    expect(await proveDatabase(source, { tenant: 'acme' })).toEqual(identity);
    await expect(source.query('SELECT pg_sleep(1)')).rejects.toThrow('statement timeout');
    await source.destroy();
  });
});
