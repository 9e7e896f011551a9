import { existsSync } from 'node:fs';
import { join } from 'node:path';
import {
  type Application,
  findConflicts,
  formatProblem,
  InvalidSettings,
  type LoadedSettings,
  parseTenantName,
  refuseSecretKey,
  setInOverlay,
  type SettingsLoader,
  type TenantName,
  TenantryError,
} from '#libs/settings';
import type { Dependencies } from '../../dependencies.js';
import { isCreated } from '../created.js';
import { readIntent } from '../creation-intent.js';
import { isEmail } from '../first-admin.js';
import { overlayText } from '../overlay-text.js';
import type { Row, Table } from './read-table.js';

/** A tenant that a table asks for. */
export interface WantedTenant {
  readonly name: TenantName;
  readonly line: number;
  /** What its settings.yaml would say; undefined where it has one. */
  readonly overlay: string | undefined;
  readonly adminEmail: string | undefined;
  /** It exists and is complete. */
  readonly isThere: boolean;
}

export interface JudgedTable {
  readonly wanted: readonly WantedTenant[];
  /** `tenants.csv:3: hosts: …`, in the order of the file. Nothing may be created while there is one. */
  readonly problems: readonly string[];
}

/** Columns that are no settings keys. */
const ownColumns = new Set(['name', 'admin']);

/** Finds everything that is wrong with a table before any tenant of it is made; by line and column. */
export async function judgeTable(dependencies: Dependencies, table: Table): Promise<JudgedTable> {
  const judge = new TableJudge(dependencies, table, {
    loader: await dependencies.settings(),
    applications: await dependencies.applications(),
  });
  const inHeader = judge.columns();
  if (inHeader.length > 0) return { wanted: [], problems: inHeader };
  const wanted = table.rows.flatMap((row) => judge.row(row));
  judge.conflicts(wanted);
  const problems = [...table.problems, ...judge.problems];
  return { wanted, problems: problems.toSorted((a, b) => lineOf(a) - lineOf(b)) };
}

function lineOf(problem: string): number {
  return Number(/:(\d+): /.exec(problem)?.[1] ?? 0);
}

interface Known {
  readonly loader: SettingsLoader;
  readonly applications: readonly Application[];
}

class TableJudge {
  readonly problems: string[] = [];
  readonly #lines = new Map<string, number>();
  readonly #loaded = new Map<TenantName, LoadedSettings>();

  constructor(
    private readonly dependencies: Dependencies,
    private readonly table: Table,
    private readonly known: Known,
  ) {}

  /** Columns that no application has a key for, or that must not stand in such a file. */
  columns(): string[] {
    const keys = this.table.columns.filter((column) => !ownColumns.has(column));
    return keys.flatMap((key) => {
      const errors = this.known.applications.flatMap((application) => {
        const error = errorOf(() => refuseSecretKey(application, key));
        return error === undefined ? [] : [error];
      });
      const isKnown = errors.length < this.known.applications.length;
      return isKnown ? [] : [this.#said(1, key, errors[0])];
    });
  }

  row(row: Row): WantedTenant[] {
    const text = row.cells.get('name') ?? '';
    const wrongName = errorOf(() => parseTenantName(text));
    if (wrongName !== undefined) {
      this.problems.push(this.#said(row.line, 'name', wrongName));
      return [];
    }
    const name = parseTenantName(text);
    const before = this.#lines.get(name);
    if (before !== undefined) {
      this.problems.push(`${this.table.name}:${row.line}: name: "${name}" stands in line ${before} already.`);
      return [];
    }
    this.#lines.set(name, row.line);
    const adminEmail = row.cells.get('admin');
    if (adminEmail !== undefined && !isEmail(adminEmail)) {
      const found = `expected an e-mail address, found "${adminEmail}"`;
      this.problems.push(`${this.table.name}:${row.line}: admin: ${found}.`);
    }
    const wanted = { name, line: row.line, adminEmail };
    if (this.#hasOverlay(name)) return this.#existing(wanted);
    const overlay = this.#overlayOf(name, row);
    return overlay === undefined ? [] : [{ ...wanted, overlay, isThere: false }];
  }

  /** But not one that an interrupted creation has written, and that the next one takes back. */
  #hasOverlay(name: TenantName): boolean {
    const { paths } = this.dependencies.home;
    const intent = readIntent(paths, name);
    const isTakenBack = intent?.madeFolder === true && intent.keep !== true;
    return !isTakenBack && existsSync(join(paths.tenants, name, 'settings.yaml'));
  }

  /** Of one that exists, its own overlay says what it is like. */
  #existing(wanted: Omit<WantedTenant, 'overlay' | 'isThere'>): WantedTenant[] {
    let isThere = false;
    const error = errorOf(() => {
      isThere = isCreated(this.known.loader.load(wanted.name));
    });
    if (error !== undefined) this.problems.push(this.#said(wanted.line, 'name', error));
    return [{ ...wanted, overlay: undefined, isThere }];
  }

  /** Undefined where something is wrong with it. */
  #overlayOf(name: TenantName, row: Row): string | undefined {
    const count = this.problems.length;
    const application = this.#applicationOf(row);
    if (application === undefined) return undefined;
    let overlay = newOverlay(name, row);
    for (const [key, value] of row.cells) {
      if (ownColumns.has(key) || written.has(key)) continue;
      const error = errorOf(() => {
        overlay = setInOverlay(overlay, { application, key, value });
      });
      if (error !== undefined) this.problems.push(this.#said(row.line, key, error));
    }
    this.#load(name, { line: row.line, overlay });
    return this.problems.length > count ? undefined : overlay;
  }

  #applicationOf({ cells, line }: Row): Application | undefined {
    const { applications } = this.known;
    const app = cells.get('app') ?? 'web';
    const found = applications.find(({ name }) => name === app);
    const names = applications.map(({ name }) => name).join(', ');
    if (!found)
      this.problems.push(`${this.table.name}:${line}: app: expected one of ${names}, found "${app}".`);
    return found;
  }

  #load(name: TenantName, { line, overlay }: { line: number; overlay: string }): void {
    try {
      this.#loaded.set(name, this.known.loader.load(name, overlay));
    } catch (error) {
      if (!(error instanceof TenantryError)) throw error;
      const problems = error instanceof InvalidSettings ? error.problems : [];
      for (const each of problems) {
        const text = formatProblem({ key: 'name', ...each, file: this.table.name, line });
        this.problems.push(each.hint === undefined ? text : `${text} ${each.hint}`);
      }
      if (problems.length === 0) this.problems.push(this.#said(line, 'name', error));
    }
  }

  /** Hosts, databases, media roots that two rows want, or that somebody has. */
  conflicts(wanted: readonly WantedTenant[]): void {
    const fleet = this.known.loader.loadFleet();
    const news = new Map(wanted.map(({ name, line }) => [name, line]));
    const all = new Map([...fleet.loaded, ...this.#loaded]);
    for (const { kind, value, tenants } of findConflicts(all.values())) {
      const [name] = tenants.filter((tenant) => this.#loaded.has(tenant)).slice(-1);
      if (name === undefined) continue;
      const others = tenants.filter((tenant) => tenant !== name).join(', ');
      const column = kind === 'host' ? 'hosts' : 'name';
      this.problems.push(
        `${this.table.name}:${news.get(name) ?? this.#lines.get(name) ?? 1}: ${column}: ${kind} "${value}" is also claimed by ${others}.`,
      );
    }
  }

  #said(line: number, column: string, error: TenantryError | undefined): string {
    const hint = error?.hint === undefined ? '' : ` ${error.hint}`;
    return `${this.table.name}:${line}: ${column}: ${error?.message ?? ''}${hint}`;
  }
}

/** Keys that the new overlay has from the start. */
const written = new Set(['app', 'extends', 'hosts', 'site.title']);

function newOverlay(name: TenantName, { cells }: Row): string {
  return overlayText({
    ...{ name, app: cells.get('app'), title: cells.get('site.title') },
    hosts: listOf(cells.get('hosts')) ?? [`${name}.localhost`],
    profiles: listOf(cells.get('extends')),
  });
}

function listOf(cell: string | undefined): string[] | undefined {
  return cell?.split(/[\s;]+/).filter(Boolean);
}

function errorOf(work: () => unknown): TenantryError | undefined {
  try {
    work();
    return undefined;
  } catch (error) {
    if (error instanceof TenantryError) return error;
    throw error;
  }
}
