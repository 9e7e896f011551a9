import { migration } from './test-migrations.js';

/** One of everything that a migration makes. */
export const everything = [
  `CREATE TYPE mood AS ENUM ('calm', 'busy')`,
  `CREATE DOMAIN slug AS text CHECK (VALUE ~ '^[a-z]+$')`,
  `CREATE TYPE pair AS (a int, b text)`,
  `CREATE FUNCTION shout(text) RETURNS text LANGUAGE sql IMMUTABLE AS $$ SELECT upper($1) $$`,
  `CREATE FUNCTION touch() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NEW; END $$`,
  `CREATE SEQUENCE tickets START 100`,
  `CREATE TABLE authors (id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY, name slug NOT NULL UNIQUE)`,
  `CREATE TABLE notes (id serial PRIMARY KEY, author int REFERENCES authors (id) ON DELETE CASCADE, text text NOT NULL DEFAULT '',
     length int GENERATED ALWAYS AS (length(text)) STORED, mood mood, "due date" date, CONSTRAINT short CHECK (length(text) < 500))`,
  `CREATE INDEX notes_text ON notes (text) WHERE author IS NOT NULL`,
  `CREATE VIEW busy AS SELECT id, text FROM notes WHERE mood = 'busy'`,
  `CREATE MATERIALIZED VIEW counts AS SELECT count(*) AS notes FROM notes`,
  `CREATE UNIQUE INDEX counts_notes ON counts (notes)`,
  `CREATE TRIGGER touch_notes BEFORE UPDATE ON notes FOR EACH ROW EXECUTE FUNCTION touch()`,
  `ALTER TABLE authors ENABLE ROW LEVEL SECURITY`,
  `CREATE POLICY all_of_them ON authors USING (true)`,
  `CREATE STATISTICS note_words ON author, mood FROM notes`,
  `CREATE TABLE parts (at date NOT NULL, n int) PARTITION BY RANGE (at)`,
  `CREATE TABLE parts_2026 PARTITION OF parts FOR VALUES FROM ('2026-01-01') TO ('2027-01-01')`,
  `REVOKE EXECUTE ON FUNCTION shout(text) FROM PUBLIC`,
].map((sql, index) => migration(index + 1, sql));
