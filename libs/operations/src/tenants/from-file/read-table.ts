import { readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { CsvError, parse } from 'csv-parse/sync';
import { UsageError } from '#libs/settings';

/** One tenant of a table, as it was typed. */
export interface Row {
  /** In the file, from 1; of the row's last line where a cell has several. */
  readonly line: number;
  /** By column; without those that are empty. */
  readonly cells: ReadonlyMap<string, string>;
}

export interface Table {
  /** `tenants.csv`, for messages. */
  readonly name: string;
  readonly columns: readonly string[];
  readonly rows: readonly Row[];
  /** Rows with more cells than there are columns. */
  readonly problems: readonly string[];
}

export class UnusableTable extends UsageError {
  override readonly code = 'UNUSABLE_TABLE';
}

/** Reads comma-separated values with a line of column names. @throws UnusableTable (exit 2) */
export function readTable(file: string): Table {
  const name = basename(file);
  const [header, ...records] = recordsOf(name, readText(file));
  if (header === undefined) throw unusable(`${name}: is empty.`);
  const columns = header.record;
  requireColumns(name, columns);
  const tooLong = records.filter(({ record }) => record.length > columns.length);
  return {
    ...{ name, columns },
    rows: records.map(({ record, info }) => ({ line: info.lines, cells: cellsOf(columns, record) })),
    problems: tooLong.map(
      ({ record, info }) =>
        `${name}:${info.lines}: has ${record.length} cells, and there are ${columns.length} columns. Quote a cell that has a comma in it.`,
    ),
  };
}

interface CsvRecord {
  readonly record: readonly string[];
  readonly info: { readonly lines: number };
}

function recordsOf(name: string, text: string): CsvRecord[] {
  try {
    const options = { bom: true, info: true, trim: true, skip_empty_lines: true, relax_column_count: true };
    return parse(text, options) as unknown as CsvRecord[];
  } catch (error) {
    if (!(error instanceof CsvError)) throw error;
    const line = typeof error['lines'] === 'number' ? error['lines'] : 1;
    throw unusable(`${name}:${line}: ${error.message}.`, error);
  }
}

function requireColumns(name: string, columns: readonly string[]): void {
  const twice = columns.find((column, index) => columns.indexOf(column) !== index);
  if (twice !== undefined) throw unusable(`${name}:1: column "${twice}" is there twice.`);
  if (!columns.includes('name'))
    throw unusable(`${name}:1: expected a column "name", found ${columns.join(', ')}.`);
}

function cellsOf(columns: readonly string[], record: readonly string[]): Map<string, string> {
  const filled = columns.flatMap((column, index): [string, string][] => {
    const cell = record[index] ?? '';
    return cell === '' ? [] : [[column, cell]];
  });
  return new Map(filled);
}

function readText(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    throw unusable(`--from: ${file} cannot be read.`, error);
  }
}

function unusable(message: string, cause?: unknown): UnusableTable {
  return new UnusableTable(message, {
    cause,
    hint: 'Expected comma-separated values whose first line names the columns: name,hosts,site.title.',
  });
}
