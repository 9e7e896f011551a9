import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';

export const checkout = join(import.meta.dirname, '../../..');

/** A folder in the shape of a checkout, with a space in its path as in "My Projects". */
export class FakeCheckout {
  readonly parent = mkdtempSync(join(realpathSync(tmpdir()), 'tenantry setup '));
  readonly root = join(this.parent, 'my checkout');

  write(path: string, text: string, mode = 0o644): string {
    const file = join(this.root, path);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, text, { mode });
    return file;
  }

  remove(): void {
    rmSync(this.parent, { recursive: true, force: true });
  }
}

/** Imports a module of scripts/bootstrap, which is plain JavaScript outside the compiled tree. */
export async function importScript<T>(name: string): Promise<T> {
  return (await import(pathToFileURL(join(checkout, 'scripts/bootstrap', name)).href)) as T;
}

/** A progress that keeps what was said and draws nothing. */
export function silentProgress() {
  return {
    during: <R>(_what: unknown, work: () => Promise<R>): Promise<R> => work(),
    say: (): void => {},
  };
}
