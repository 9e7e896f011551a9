import { judgeAlterTable } from './judge-table.js';
import type { LintRule } from './rules.js';
import type { Of, Statement } from './sql-tree.js';

/** What a migration has made itself: nobody uses it yet, so nothing can harm anybody. */
export interface MadeHere {
  readonly names: Set<string>;
}

/** The rules that a statement breaks for tables that are in use; notes in `made` what it makes. */
export function judge(statement: Statement, made: MadeHere): LintRule[] {
  if ('CreateStmt' in statement) return note(made, statement.CreateStmt.relation?.relname);
  if ('CreateTableAsStmt' in statement) return note(made, statement.CreateTableAsStmt.into?.rel?.relname);
  if ('IndexStmt' in statement) return judgeIndex(statement.IndexStmt, made);
  if ('AlterTableStmt' in statement) {
    const { relation, objtype } = statement.AlterTableStmt;
    if (objtype !== 'OBJECT_TABLE' || isMade(made, relation?.relname)) return [];
    return judgeAlterTable(statement.AlterTableStmt);
  }
  if ('RenameStmt' in statement) return judgeRename(statement.RenameStmt, made);
  if ('DropStmt' in statement) return judgeDrop(statement.DropStmt, made);
  return judgeRows(statement, made) ?? judgeWhole(statement, made);
}

function judgeIndex({ concurrent, relation, idxname }: Of<'IndexStmt'>, made: MadeHere): LintRule[] {
  note(made, idxname);
  return concurrent || isMade(made, relation?.relname) ? [] : ['index-not-concurrent'];
}

function judgeRename({ renameType, relation }: Of<'RenameStmt'>, made: MadeHere): LintRule[] {
  const isUsed = ['OBJECT_TABLE', 'OBJECT_COLUMN', 'OBJECT_VIEW'].includes(renameType ?? '');
  return isUsed && !isMade(made, relation?.relname) ? ['renames'] : [];
}

function judgeDrop({ removeType, objects = [], concurrent }: Of<'DropStmt'>, made: MadeHere): LintRule[] {
  const areMade = objects.every((object) => isMade(made, lastNameOf(object)));
  if (areMade) return [];
  if (removeType === 'OBJECT_INDEX') return concurrent ? [] : ['index-dropped-not-concurrent'];
  const isUsed = ['OBJECT_TABLE', 'OBJECT_VIEW', 'OBJECT_MATVIEW', 'OBJECT_SCHEMA'].includes(
    removeType ?? '',
  );
  return isUsed ? ['takes-away'] : [];
}

function judgeRows(statement: Statement, made: MadeHere): LintRule[] | undefined {
  const change =
    'UpdateStmt' in statement
      ? statement.UpdateStmt
      : 'DeleteStmt' in statement
        ? statement.DeleteStmt
        : undefined;
  if (change === undefined) return undefined;
  const isAll = change.whereClause === undefined && !isMade(made, change.relation?.relname);
  return isAll ? ['changes-all-rows'] : [];
}

function judgeWhole(statement: Statement, made: MadeHere): LintRule[] {
  if ('DoStmt' in statement) return ['cannot-be-read'];
  if ('LockStmt' in statement) return ['locks-table'];
  if ('TruncateStmt' in statement) return ['takes-away'];
  if ('ReindexStmt' in statement) {
    const isConcurrent = hasOption(statement.ReindexStmt.params, 'concurrently');
    return isConcurrent ? [] : ['index-not-concurrent'];
  }
  if ('RefreshMatViewStmt' in statement) {
    const { concurrent, relation } = statement.RefreshMatViewStmt;
    return concurrent || isMade(made, relation?.relname) ? [] : ['locks-table'];
  }
  // CLUSTER and VACUUM FULL.
  const isFull = 'VacuumStmt' in statement && hasOption(statement.VacuumStmt.options, 'full');
  return isFull || 'ClusterStmt' in statement ? ['rewrites-table'] : [];
}

function hasOption(options: readonly object[] | undefined, name: string): boolean {
  return (options ?? []).some(
    (option) => 'DefElem' in option && (option.DefElem as { defname?: string }).defname === name,
  );
}

function note({ names }: MadeHere, name: string | undefined): [] {
  if (name !== undefined) names.add(name);
  return [];
}

function isMade({ names }: MadeHere, name: string | undefined): boolean {
  return name !== undefined && names.has(name);
}

/** Of `schema.table`, which a DROP has as a list. */
function lastNameOf(object: object): string | undefined {
  const { List: list } = object as { List?: { items?: { String?: { sval?: string } }[] } };
  return list?.items?.at(-1)?.String?.sval;
}
