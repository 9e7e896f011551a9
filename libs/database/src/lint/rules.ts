/** What a migration may do to a table that is in use, and how to do it without harm. */
export const lintRules = {
  'index-not-concurrent': {
    harm: 'nobody can write to the table while the index is built',
    instead: 'CREATE INDEX CONCURRENTLY in a migration with `transaction = false`',
  },
  'index-dropped-not-concurrent': {
    harm: 'nobody can use the table while the drop waits for whoever reads it',
    instead: 'DROP INDEX CONCURRENTLY in a migration with `transaction = false`',
  },
  'not-null-without-default': {
    harm: 'it fails where the table has rows, and the release before cannot insert any',
    instead: 'add the column with a constant default, or without NOT NULL first',
  },
  'rewrites-table': {
    harm: 'nobody can read or write the table while all of it is copied',
    instead: 'add a column without a default that differs by row, and fill it in small steps',
  },
  'changes-type': {
    harm: 'the table is copied or checked while nobody can use it, and the release before expects the old type',
    instead: 'add a second column, fill it, and drop the first in a later release',
  },
  'checks-all-rows': {
    harm: 'nobody can write to the table while every row is checked',
    instead: 'add the constraint NOT VALID, and VALIDATE CONSTRAINT in a migration of its own',
  },
  'set-not-null': {
    harm: 'nobody can use the table while every row is looked at',
    instead: 'add CHECK (column IS NOT NULL) NOT VALID, validate it, then SET NOT NULL',
  },
  'constraint-builds-index': {
    harm: 'nobody can use the table while the index of the constraint is built',
    instead: 'CREATE UNIQUE INDEX CONCURRENTLY, then ADD CONSTRAINT … USING INDEX',
  },
  'takes-away': {
    harm: 'the release before still reads and writes what is gone',
    instead: "release the code that does without it first, then declare `kind = 'contract'`",
  },
  renames: {
    harm: 'the release before goes by the old name',
    instead: 'add the new one beside it, and take the old one away in a later release',
  },
  'changes-all-rows': {
    harm: 'every row is locked and written again in one transaction',
    instead: 'go in steps by a WHERE, or do it by a job of the application',
  },
  'locks-table': {
    harm: 'nobody else can use the table until the migration ends',
    instead: 'leave it to the statements to lock what they need',
  },
  'cannot-be-read': {
    harm: 'what it runs is put together only when it runs, so nothing can be said of it',
    instead: 'write the statements one by one',
  },
  'unknown-rule': {
    harm: '`lintAllow` names a rule that there is not, so it allows nothing',
    instead: 'use a name that the lint has printed',
  },
} as const;

export type LintRule = keyof typeof lintRules;

/** Harmless where the migration says that it takes something away. */
export const contractRules: ReadonlySet<LintRule> = new Set<LintRule>(['takes-away', 'renames']);
