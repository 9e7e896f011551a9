import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { connectServer } from '#libs/database';
import { doctor } from '#libs/operations';
import { openHome, serverAddress } from '#libs/settings';
import type { Fault } from './doctor-faults/fault.js';
import { files } from './doctor-faults/files.js';
import { leftovers } from './doctor-faults/leftovers.js';
import { orphans } from './doctor-faults/orphans.js';
import { roles } from './doctor-faults/roles.js';
import { operatorOf } from './operator-of.js';
import { makeTestHome, type TestHome } from './test-home.js';

/** Each is the only thing that is wrong while it is planted. */
export const faults: readonly Fault[] = [...files, ...roles, ...orphans, ...leftovers];

export interface Looked {
  readonly run: string | null;
  readonly tenants: number;
  readonly servers: number;
  readonly plan: readonly string[];
  readonly fixed: readonly { findings: readonly string[]; error: string | null; tenant: string | null }[];
  readonly findings: readonly {
    id: string;
    severity: string;
    tenant: string | null;
    where: string;
    what: string;
    found: string | null;
    fix: string;
    isSafe: boolean;
  }[];
  readonly text: string;
  readonly exitCode: number;
}

/** A home with the tenants acme and zed, and a deleted one, in which tests plant faults. */
export interface DoctorHome extends TestHome {
  look(options?: { fix?: boolean; plan?: boolean }): Promise<Looked>;
  sql(database: string, statement: string): Promise<void>;
  path(name: string): string;
  read(name: string): string;
  write(name: string, text: string): void;
  /** Puts back what `write` has replaced. */
  removeFile(name: string): void;
  restore(name: string): void;
  move(from: string, to: string): void;
}

export async function makeDoctorHome(): Promise<DoctorHome> {
  const home = await makeTestHome('doctor');
  for (const name of ['acme', 'zed', 'gone']) await home.done('tenant', 'create', name);
  await home.done('tenant', 'delete', 'gone', '--confirm', 'gone');
  for (const name of ['acme', 'zed']) rmSync(join(home.dir, 'tenants', name, 'first-admin.yaml'));
  return { ...home, ...filesOf(home), look: looker(home.dir), sql: (...words) => sql(home, ...words) };
}

/** The doctor, without a command's start. */
export function looker(dir: string): DoctorHome['look'] {
  return async ({ fix = false, plan = false } = {}) => {
    const open = () => Promise.resolve(operatorOf(dir));
    const { data, text, exitCode } = await doctor({ find: () => dir, open, fix, plan });
    return { ...(data as Omit<Looked, 'text' | 'exitCode'>), text, exitCode };
  };
}

async function sql({ dir }: TestHome, database: string, statement: string): Promise<void> {
  const admin = await connectServer({ ...serverAddress(openHome(dir, {}), 'main'), database });
  try {
    await admin.query(statement);
  } finally {
    await admin.end();
  }
}

type Files = Pick<DoctorHome, 'path' | 'read' | 'write' | 'removeFile' | 'restore' | 'move'>;

function filesOf({ dir }: TestHome): Files {
  const before = new Map<string, string>();
  const path = (name: string): string => join(dir, name);
  const write = (name: string, text: string): void => {
    if (existsSync(path(name)) && !before.has(name)) before.set(name, readFileSync(path(name), 'utf8'));
    mkdirSync(dirname(path(name)), { recursive: true });
    if (existsSync(path(name)) && name.endsWith('.tenant')) rmSync(path(name));
    writeFileSync(path(name), text);
  };
  return {
    ...{ path, write },
    read: (name) => readFileSync(path(name), 'utf8'),
    removeFile: (name) => rmSync(path(name), { recursive: true }),
    restore: (name) => {
      write(name, before.get(name) ?? '');
      before.delete(name);
    },
    move: (from, to) => renameSync(path(from), path(to)),
  };
}
