import type { LintRule } from './rules.js';
import type { Of } from './sql-tree.js';

type AlterTable = Of<'AlterTableStmt'>;
type Command = Extract<NonNullable<AlterTable['cmds']>[number], { AlterTableCmd: unknown }>['AlterTableCmd'];
type Definition = NonNullable<Command['def']>;
type Column = Extract<Definition, { ColumnDef: unknown }>['ColumnDef'];
type Constraint = Extract<Definition, { Constraint: unknown }>['Constraint'];

/** Postgres' own that give one value to all rows of a statement: the column is added without touching them. */
const steadyFunctions = new Set(['now', 'transaction_timestamp', 'statement_timestamp', 'to_timestamp']);
const countingTypes = new Set(['serial', 'bigserial', 'smallserial', 'serial4', 'serial8', 'serial2']);

/** What an ALTER TABLE does to a table with rows. */
export function judgeAlterTable({ cmds = [] }: AlterTable): LintRule[] {
  return cmds.flatMap((cmd) => ('AlterTableCmd' in cmd ? judgeCommand(cmd.AlterTableCmd) : []));
}

function judgeCommand({ subtype, def }: Command): LintRule[] {
  switch (subtype) {
    case 'AT_AddColumn':
      return def !== undefined && 'ColumnDef' in def ? judgeNewColumn(def.ColumnDef) : [];
    case 'AT_AddConstraint':
      return def !== undefined && 'Constraint' in def ? judgeConstraint(def.Constraint) : [];
    case 'AT_AlterColumnType':
      return ['changes-type'];
    case 'AT_SetNotNull':
      return ['set-not-null'];
    case 'AT_DropColumn':
      return ['takes-away'];
    case 'AT_SetTableSpace':
    case 'AT_SetLogged':
    case 'AT_SetUnLogged':
    case 'AT_SetAccessMethod':
    case 'AT_AddIdentity':
      return ['rewrites-table'];
    default:
      return [];
  }
}

function judgeNewColumn({ constraints = [], typeName }: Column): LintRule[] {
  const parts = constraints.flatMap((each) => ('Constraint' in each ? [each.Constraint] : []));
  const has = (kind: Constraint['contype']): boolean => parts.some(({ contype }) => contype === kind);
  const isCounting = (typeName?.names ?? []).some(
    (name) => 'String' in name && countingTypes.has(name.String.sval ?? ''),
  );
  const isFilled = isCounting || has('CONSTR_DEFAULT') || has('CONSTR_IDENTITY') || has('CONSTR_GENERATED');
  const isRewriting = isCounting || has('CONSTR_IDENTITY') || parts.some(differsByRow);
  return [
    ...(has('CONSTR_NOTNULL') && !isFilled ? ['not-null-without-default' as const] : []),
    ...(isRewriting ? ['rewrites-table' as const] : []),
    ...parts.filter(({ contype }) => contype !== 'CONSTR_NOTNULL').flatMap(judgeConstraint),
  ];
}

function differsByRow({ contype, raw_expr: expression, ...constraint }: Constraint): boolean {
  if (contype === 'CONSTR_GENERATED')
    return !('generated_kind' in constraint && constraint.generated_kind === 'v');
  return contype === 'CONSTR_DEFAULT' && callsOf(expression).some((name) => !steadyFunctions.has(name));
}

/** Names of all functions that an expression calls. */
function callsOf(expression: unknown): string[] {
  if (typeof expression !== 'object' || expression === null) return [];
  const own = 'FuncCall' in expression ? [lastName(expression.FuncCall)] : [];
  return [...own, ...Object.values(expression).flatMap(callsOf)];
}

function lastName(call: unknown): string {
  const names = (call as { funcname?: { String?: { sval?: string } }[] }).funcname ?? [];
  return names.at(-1)?.String?.sval ?? '';
}

function judgeConstraint({ contype, skip_validation: isUnchecked, indexname }: Constraint): LintRule[] {
  switch (contype) {
    case 'CONSTR_FOREIGN':
    case 'CONSTR_CHECK':
    case 'CONSTR_NOTNULL':
      return isUnchecked ? [] : ['checks-all-rows'];
    case 'CONSTR_UNIQUE':
    case 'CONSTR_PRIMARY':
      return indexname ? [] : ['constraint-builds-index'];
    case 'CONSTR_EXCLUSION':
      return ['constraint-builds-index'];
    default:
      return [];
  }
}
