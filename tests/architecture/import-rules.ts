import type { IForbiddenRuleType } from 'dependency-cruiser';

/** Which libs a lib or an app may import: the arrows of docs/architecture.md. */
const house: Readonly<Record<string, readonly string[]>> = {
  'libs/settings': [],
  'libs/database': ['settings'],
  'libs/media': ['settings'],
  'libs/release': ['settings'],
  'libs/hosting': ['settings'],
  'libs/processes': ['settings'],
  'libs/runtime': ['settings', 'database', 'media'],
  'libs/operations': ['settings', 'database', 'media', 'release', 'hosting', 'processes'],
  'apps/web': ['settings', 'media', 'runtime'],
  'apps/hello': ['settings', 'media', 'runtime'],
  'apps/tenantry': ['settings', 'operations'],
  'apps/console': ['settings', 'operations'],
};

/** Specs, and what only specs use, may reach further than the code that they test. */
const testCode = '\\.(spec|int-spec|e2e-spec)\\.ts$|/(testing|sample-app)/';

/** systemd has no other client for Node: see libs/runtime/src/process/report-ready.ts. */
const mayStartProcesses = '^libs/(processes|release)/|^libs/runtime/src/process/report-ready\\.ts$';

function packageNamed(pattern: string): string {
  // Both forms: found in node_modules, and not found at all.
  return `(^|node_modules/)(@types/)?(${pattern})(/|$)`;
}

function arrowRules(): IForbiddenRuleType[] {
  return Object.entries(house).map(([from, libs]) => ({
    name: `arrows-of-${from.replace('/', '-')}`,
    comment: `${from} may import ${libs.length > 0 ? libs.join(', ') : 'no other lib'}.`,
    severity: 'error',
    from: { path: `^${from}/`, pathNot: testCode },
    to: {
      path: '^libs/',
      pathNot: [from, ...libs.map((lib) => `libs/${lib}`)].map((folder) => `^${folder}/`),
    },
  }));
}

const doorRules: IForbiddenRuleType[] = [
  {
    name: 'libs-never-import-apps',
    comment: 'Libs serve every application; an application never serves a lib.',
    severity: 'error',
    from: { path: '^libs/' },
    to: { path: '^apps/' },
  },
  {
    name: 'apps-never-import-apps',
    comment: 'What two applications share belongs in a lib.',
    severity: 'error',
    from: { path: '^apps/([^/]+)/' },
    to: { path: '^apps/', pathNot: '^apps/$1/' },
  },
  {
    name: 'other-libs-by-index-only',
    comment: "A lib's index.ts is its promise; what lies behind it may move.",
    severity: 'error',
    from: { path: '^libs/([^/]+)/' },
    to: { path: '^libs/[^/]+/src/(?!index\\.ts$)', pathNot: '^libs/$1/' },
  },
  {
    name: 'libs-by-index-only',
    comment: "A lib's index.ts is its promise; what lies behind it may move.",
    severity: 'error',
    from: { path: '^(apps|tests|bench)/' },
    to: { path: '^libs/[^/]+/src/(?!index\\.ts$)' },
  },
  {
    name: 'no-tests-in-production-code',
    comment: 'tests/ and bench/ are not part of a release.',
    severity: 'error',
    from: { path: '^(apps|libs)/', pathNot: testCode },
    to: { path: '^(tests|bench)/' },
  },
  {
    name: 'no-cycles',
    comment: 'Two files that need each other are one, or a third is missing.',
    severity: 'error',
    from: { path: '^(apps|libs|tests|bench)/' },
    // A circle that a type closes is gone when the code runs, and one that closes later harms nobody while loading.
    to: { circular: true, viaOnly: { dependencyTypesNot: ['type-only', 'dynamic-import'] } },
  },
  {
    name: 'no-unresolvable',
    comment: 'An import that leads nowhere would escape every other rule.',
    severity: 'error',
    from: { path: '^(apps|libs|tests|bench)/' },
    to: { couldNotResolve: true, path: '^[.#]' },
  },
];

const packageRules: IForbiddenRuleType[] = [
  {
    name: 'nest-in-runtime-only',
    comment: "A container wires one process to one database; the operator's side works over many.",
    severity: 'error',
    from: { path: '^(libs/(?!runtime/)|apps/tenantry/)' },
    to: { path: packageNamed('@nestjs') },
  },
  {
    name: 'pg-in-database-only',
    comment: 'SQL over bare connections, with its quoting and its roles, lives in one place.',
    severity: 'error',
    from: { path: '^(apps|libs/(?!database/))', pathNot: testCode },
    to: { path: packageNamed('pg') },
  },
  {
    name: 'typeorm-in-database-and-runtime-only',
    comment: 'Applications have entities; nobody else needs an ORM.',
    severity: 'error',
    from: { path: '^(libs/(?!database/|runtime/)|apps/tenantry/)' },
    to: { path: packageNamed('typeorm') },
  },
  {
    name: 'processes-started-in-two-libs',
    comment: 'Whoever starts a process has to end it: libs/processes and libs/release know how.',
    severity: 'error',
    from: { path: '^(apps|libs)/', pathNot: [testCode, mayStartProcesses] },
    to: { path: `^(node:)?(child_process|cluster)$|${packageNamed('execa|cross-spawn')}` },
  },
];

export const importRules: readonly IForbiddenRuleType[] = [...arrowRules(), ...doorRules, ...packageRules];
