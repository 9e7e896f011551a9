import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { TestHome } from './test-home.js';

const tenants = 200;
const overlay = (name: string): string => `hosts: [${name}.example.com, www.${name}.example.com]
site: { title: The site of ${name}, tagline: One line below the title }
theme:
  colors: { primary: '#c2410c', accent: '#1d4e6b', background: '#f6f4ef', surface: '#ffffff' }
sites:
  shop:
    hosts: [shop.${name}.example.com]
    site: { title: The shop of ${name} }
  blog:
    hosts: [blog.${name}.example.com]
    site: { title: The blog of ${name} }
`;

let home: TestHome;
beforeAll(() => {
  const names = Array.from({ length: tenants }, (_, index) => `tenant-${index}`);
  home = new TestHome(
    Object.fromEntries(names.map((name) => [`tenants/${name}/settings.yaml`, overlay(name)])),
  );
});
afterAll(() => home.remove());

it('keeps of each tenant of a fleet its settings and texts, and not all that these were made by', () => {
  const loader = home.loader();
  // What the first ones leave behind is code, and what tenants have in common.
  loader.loadFleet();
  const before = heapInUse();
  const { loaded } = loader.loadFleet();
  const bytes = (heapInUse() - before) / tenants;

  expect(loaded.size).toBe(tenants);
  expect(bytes).toBeLessThan(6000);
});

it('says where a value came from as it was when it was loaded, whatever becomes of the files', () => {
  home.write({
    'tenants/later/settings.yaml':
      'hosts: [a.example]\nsite: { title: { $file: title.txt }, tagline: { $env: TAGLINE } }\n',
    'tenants/later/title.txt': 'Loaded',
  });
  const env: NodeJS.ProcessEnv = { TAGLINE: 'Set' };
  const loaded = home.load('later', { env });
  delete env['TAGLINE'];
  home.write({ 'tenants/later/settings.yaml': '\n\nsite: 7\n', 'tenants/later/title.txt': 'Changed' });
  rmSync(join(home.dir, 'config'), { recursive: true });

  expect(loaded.explain('site.tagline')).toMatchObject([{ operator: '$env', value: 'Set' }]);
  expect(loaded.source('site.title')).toEqual({ file: 'tenants/later/settings.yaml', line: 2 });
  expect(loaded.explain('site.title').map(({ operator, value }) => [operator, value])).toEqual([
    ['set', 'Base'],
    ['$file', 'Loaded'],
  ]);
});

function heapInUse(): number {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  for (let round = 0; round < 3; round += 1) collect();
  return process.memoryUsage().heapUsed;
}
