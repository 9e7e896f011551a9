/** For each rule a file that breaks it, with what it needs around it; the tree is otherwise in order. */
export interface Planted {
  readonly rule: string;
  /** Where the violation has to be reported: `file` or `file:line`. */
  readonly at: string;
  readonly files: Readonly<Record<string, string>>;
}

const lib = (name: string) => `import '#libs/${name}';\n`;

function planted(rule: string, path: string, text: string): Planted {
  return { rule, at: path, files: { [path]: text } };
}

const arrows: readonly Planted[] = [
  planted('arrows-of-libs-settings', 'libs/settings/src/planted.ts', lib('database')),
  planted('arrows-of-libs-database', 'libs/database/src/planted.ts', lib('media')),
  planted('arrows-of-libs-media', 'libs/media/src/planted.ts', lib('database')),
  planted('arrows-of-libs-release', 'libs/release/src/planted.ts', lib('processes')),
  planted('arrows-of-libs-hosting', 'libs/hosting/src/planted.ts', lib('release')),
  planted('arrows-of-libs-processes', 'libs/processes/src/planted.ts', lib('operations')),
  planted('arrows-of-libs-runtime', 'libs/runtime/src/planted.ts', lib('operations')),
  planted('arrows-of-libs-operations', 'libs/operations/src/planted.ts', lib('runtime')),
  planted('arrows-of-apps-web', 'apps/web/src/planted.ts', lib('operations')),
  planted('arrows-of-apps-hello', 'apps/hello/src/planted.ts', lib('operations')),
  planted('arrows-of-apps-tenantry', 'apps/tenantry/src/planted.ts', lib('database')),
  planted('arrows-of-apps-console', 'apps/console/src/planted.ts', lib('processes')),
];

const doors: readonly Planted[] = [
  planted(
    'libs-never-import-apps',
    'libs/runtime/src/planted-app.ts',
    "import '../../../apps/web/src/app.module.js';\n",
  ),
  planted(
    'apps-never-import-apps',
    'apps/tenantry/src/planted-app.ts',
    "export const load = () => import('../../web/src/app.module.js');\n",
  ),
  planted(
    'other-libs-by-index-only',
    'libs/database/src/planted-door.ts',
    "import '../../settings/src/inside.js';\n",
  ),
  planted(
    'libs-by-index-only',
    'apps/web/src/planted-door.ts',
    "import '../../../libs/settings/src/inside.js';\n",
  ),
  planted(
    'no-tests-in-production-code',
    'libs/media/src/planted-tests.ts',
    "import '../../../tests/support/anything.js';\n",
  ),
  {
    rule: 'no-cycles',
    at: 'libs/media/src/planted-back.ts',
    files: {
      'libs/media/src/planted-there.ts':
        "export { here } from './planted-back.js';\nexport const there = 1;\n",
      'libs/media/src/planted-back.ts':
        "import { there } from './planted-there.js';\nexport const here = there;\n",
    },
  },
  planted('no-unresolvable', 'libs/media/src/planted-nowhere.ts', "import './nowhere.js';\n"),
];

const packages: readonly Planted[] = [
  planted('nest-in-runtime-only', 'libs/operations/src/planted-nest.ts', "import '@nestjs/common';\n"),
  planted(
    'pg-in-database-only',
    'apps/web/src/planted-pg.ts',
    "import type { Client } from 'pg';\nexport type C = Client;\n",
  ),
  planted('typeorm-in-database-and-runtime-only', 'libs/media/src/planted-orm.ts', "import 'typeorm';\n"),
  planted(
    'processes-started-in-two-libs',
    'libs/operations/src/planted-process.ts',
    "import 'node:child_process';\n",
  ),
];

const texts: readonly Planted[] = [
  {
    rule: 'the-product-knows-no-tenants',
    at: 'apps/web/src/planted-word.ts:2',
    files: { 'apps/web/src/planted-word.ts': '// Built on Tenantry.\nexport const currentTenant = 1;\n' },
  },
  {
    rule: 'no-tenant-ids-in-a-schema',
    at: 'libs/runtime/src/migrations/planted-column.ts:1',
    files: {
      'libs/runtime/src/migrations/planted-column.ts':
        "export const sql = 'ALTER TABLE a ADD tenant_id uuid';\n",
    },
  },
  {
    rule: 'environment-at-the-entry-only',
    at: 'libs/media/src/planted-env.ts:2',
    files: { 'libs/media/src/planted-env.ts': "// Not process.env.\nexport const a = process.env['A'];\n" },
  },
  {
    rule: 'clock-as-an-argument',
    at: 'libs/release/src/planted-clock.ts:1',
    files: { 'libs/release/src/planted-clock.ts': 'export const at = Date.now();\n' },
  },
  {
    rule: 'no-drawers',
    at: 'libs/media/src/utils/planted.ts:1',
    files: { 'libs/media/src/utils/planted.ts': 'export const a = 1;\n' },
  },
  {
    rule: 'files-stay-readable',
    at: 'scripts/planted-length.mjs:401',
    files: { 'scripts/planted-length.mjs': 'void 0;\n'.repeat(401) },
  },
];

export const plantedViolations: readonly Planted[] = [...arrows, ...doors, ...packages, ...texts];

const libs = ['settings', 'database', 'media', 'release', 'hosting', 'processes', 'runtime', 'operations'];

/** A tree in the shape of the repository in which nothing is wrong, though it comes near. */
export const orderlyTree: Readonly<Record<string, string>> = {
  'package.json': JSON.stringify({
    type: 'module',
    imports: { '#libs/*': { source: './libs/*/src/index.ts', default: './dist/libs/*/src/index.js' } },
  }),
  ...Object.fromEntries(libs.map((name) => [`libs/${name}/src/index.ts`, 'export const a = 1;\n'])),
  'libs/settings/src/inside.ts': 'export const inside = 1;\n',
  'libs/settings/src/uses-inside.ts': "export { inside } from './inside.js';\n",
  'libs/database/src/connect.ts': "import 'pg';\nimport 'typeorm';\nimport '#libs/settings';\n",
  'libs/runtime/src/boot.ts': "import '@nestjs/core';\nimport 'typeorm';\nimport '#libs/database';\n",
  'libs/processes/src/spawn.ts': "import 'node:child_process';\n",
  'libs/media/src/storage.spec.ts':
    "import 'node:child_process';\nimport '../../../tests/support/anything.js';\n",
  'libs/operations/src/dependencies.ts': 'export const now = () => new Date();\n',
  'apps/web/src/app.module.ts': "import '@nestjs/common';\nimport 'typeorm';\nimport '#libs/runtime';\n",
  'apps/web/src/main.ts': '// The one place that says tenant.\nexport const cwd = process.cwd();\n',
  'apps/tenantry/src/main.ts': "import '#libs/operations';\nexport const env = process.env;\n",
  'tests/support/anything.ts': "import 'pg';\nexport const anything = 1;\n",
};
