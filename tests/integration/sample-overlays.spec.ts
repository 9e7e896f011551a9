import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import { describe, expect, it } from '@jest/globals';
import { parse } from 'yaml';
import { type Application, overlayJsonSchema } from '#libs/settings';
import { application as hello } from '../../apps/hello/src/application.js';
import { application as web } from '../../apps/web/src/application.js';

type Overlay = Record<string, unknown>;

const applications: Readonly<Record<string, Application>> = { hello, web };
const tenants = path.resolve('tenants');
const samples = [
  ...readdirSync(tenants)
    .map((name) => path.join(tenants, name, 'settings.yaml'))
    .filter(existsSync),
  ...readdirSync(path.join(tenants, '_profiles')).map((name) => path.join(tenants, '_profiles', name)),
];
const checks = new Map<string, ValidateFunction>();

/** As an editor does: by the schema that the first line leads to. */
function checkOf(file: string): ValidateFunction {
  const [first = ''] = readFileSync(file, 'utf8').split('\n', 1);
  const link = /^# yaml-language-server: \$schema=(\S+)$/.exec(first)?.[1] ?? '';
  const app = path.basename(link, '.json');
  // The place where the schema is written: the same in a checkout and in a home that the samples are copied to.
  expect(path.resolve(path.dirname(file), link)).toBe(path.join(tenants, '.schema', `${app}.json`));
  const application = applications[app];
  if (application === undefined) throw new TypeError(`${file}: no application "${app}"`);
  const known = checks.get(app);
  // Strict: a keyword that ajv does not know is one that no editor knows.
  const check =
    known ??
    new Ajv2020({ allErrors: true, validateFormats: false, strictTypes: false }).compile(
      overlayJsonSchema(application),
    );
  checks.set(app, check);
  return check;
}

const read = (file: string): Overlay => parse(readFileSync(file, 'utf8')) as Overlay;
const nameOf = (file: string): string => path.relative(tenants, file);

describe.each(samples.map((file) => [nameOf(file), file]))('the sample %s', (_name, file) => {
  it('fits the schema of its application', () => {
    const overlay = read(file);
    const check = checkOf(file);
    expect([check(overlay), check.errors]).toEqual([true, null]);
    const { app = 'web' } = overlay;
    if (typeof app === 'string' && !file.includes('_profiles')) expect(check).toBe(checks.get(app));
  });

  it('fits no more with a key that nobody knows, wherever it stands', () => {
    const overlay = read(file);
    const check = checkOf(file);
    expect(check({ ...overlay, sitez: {} })).toBe(false);
    for (const [key, value] of Object.entries(overlay)) {
      const isMapping = typeof value === 'object' && value !== null && !Array.isArray(value);
      if (!isMapping || key === 'features' || key === 'sites') continue;
      expect([key, check({ ...overlay, [key]: { ...value, 'no-such-key': 1 } })]).toEqual([key, false]);
    }
  });
});

describe('an overlay in an editor', () => {
  const file = path.join(tenants, 'liberty', 'settings.yaml');
  const withYaml = (yaml: string): Overlay => ({ ...read(file), ...(parse(yaml) as Overlay) });

  it.each([
    'hosts: { $append: [b.test], $remove: [a.test] }',
    'hosts: { $prepend: [{ $env: HOST }] }',
    'site: { title: { $unset: true }, tagline: { $file: tagline.txt } }',
    'pages: { newsPerPage: { $env: PER_PAGE, $default: 6 } }',
    'sites: { kids: { hosts: { $append: [b.test] }, pages: { newsTitle: Stories } } }',
    'sites: { kids: { hosts: [a.test], modules: { admin: { enabled: { $env: KIDS_ADMIN } } } } }',
  ])('may say %s', (yaml) => {
    const check = checkOf(file);
    expect([check(withYaml(yaml)), check.errors]).toEqual([true, null]);
  });

  it.each([
    'hosts: { $add: [b.test] }',
    'hosts: { $append: b.test }',
    'site: { title: { $append: [x] } }',
    'pages: { newsPerPage: 0 }',
    'pages: { $append: [] }',
    'modules: { medai: { enabled: false } }',
    'sites: { kids: { hosts: [a.test], pages: { newsTitel: Stories } } }',
    'sites: { kids: { hosts: [a.test], accounts: { attemptsPerAccount: 5 } } }',
    'sites: { kids: { hosts: [a.test], database: { name: kids } } }',
  ])('may not say %s', (yaml) => {
    expect(checkOf(file)(withYaml(yaml))).toBe(false);
  });
});
