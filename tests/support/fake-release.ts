import { cpSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { checkoutDir } from './command-line.js';

export interface FakeRelease {
  readonly home: string;
  readonly id: string;
  /** Added to the checkout's `config/default.yaml`. */
  readonly base?: string;
  /** Sections of settings as JavaScript, where `z` is zod: `{ key: 'billing', schema: z.strictObject({…}) }`. */
  readonly sections?: string;
}

/** A release as far as settings go: base settings and an application that describes itself. */
export function makeFakeRelease({ home, id, base = '', sections = '' }: FakeRelease): string {
  const dir = join(home, 'releases', id);
  cpSync(join(checkoutDir, 'config'), join(dir, 'config'), { recursive: true });
  writeFileSync(join(dir, 'config', 'default.yaml'), base, { flag: 'a' });
  symlinkSync(join(checkoutDir, 'node_modules'), join(dir, 'node_modules'));
  const file = join(dir, 'dist', 'apps', 'web', 'src', 'application.js');
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(join(dir, 'release.json'), `${JSON.stringify({ format: 1, id, applications: [] })}\n`);
  writeFileSync(join(dir, 'package.json'), '{ "type": "module" }\n');
  writeFileSync(
    file,
    `import { z } from 'zod';\nexport const application = { name: 'web', migrations: [], sections: [${sections}] };\n`,
  );
  return dir;
}
