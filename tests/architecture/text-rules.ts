/** A source file; `path` is relative to the checkout, with `/`. */
export interface SourceFile {
  readonly path: string;
  readonly text: string;
}

export interface TextRule {
  readonly name: string;
  readonly comment: string;
  appliesTo(path: string): boolean;
  /** 1-based lines at which the rule is broken. */
  findLines(text: string): number[];
}

const longestFile = 400;
const isTest = /\.(spec|int-spec|e2e-spec)\.ts$|^tests\/|^bench\/|\/(testing|sample-app)\//;
const drawers = /(^|[/.-])(utils?|helpers?|common|managers?|misc)[/.-]|(^|\/)(core|shared)\//;

/** Where a process or a command begins, and the world is handed to everything else as arguments. */
const entries = /(^|\/)main\.ts$|\/dependencies\.ts$|^libs\/runtime\/src\/run-tenant\.ts$/;
/** The applications that tenants boot, as opposed to the operator's own. */
const product = /^apps\/(?!(?:tenantry|console)\/)[^/]+\/src\//;
const clockless = /^libs\/(settings|media|hosting|release|operations)\//;

export const textRules: readonly TextRule[] = [
  {
    name: 'the-product-knows-no-tenants',
    comment: 'An application is an ordinary single-tenant one; only its main.ts names what runs it.',
    appliesTo: (path) => product.test(path) && !path.endsWith('/src/main.ts'),
    // "Tenantry" is the name of this project.
    findLines: (text) => linesWith(text, /tenant(?!ry)/i),
  },
  {
    name: 'no-tenant-ids-in-a-schema',
    comment: 'A database belongs to one tenant: no table needs to say which.',
    appliesTo: (path) => /\.entity\.ts$|\/migrations\//.test(path) && !path.startsWith('libs/database/'),
    findLines: (text) => linesWith(text, /tenant_?id/i),
  },
  {
    name: 'environment-at-the-entry-only',
    comment: 'process.env and process.cwd() are read where a process begins, and passed on.',
    appliesTo: (path) => /^(apps|libs)\//.test(path) && !isTest.test(path) && !entries.test(path),
    findLines: (text) => linesWith(withoutComments(text), /\bprocess\s*\.\s*(env|cwd)\b/),
  },
  {
    name: 'clock-as-an-argument',
    comment: '`now` comes from createDependencies, so that a test can say what time it is.',
    appliesTo: (path) => clockless.test(path) && !isTest.test(path) && !entries.test(path),
    findLines: (text) => linesWith(withoutComments(text), /\bDate\s*\.\s*now\b|\bnew Date\(\s*\)/),
  },
  {
    name: 'no-drawers',
    comment: 'A name such as utils, helpers or common says nothing about what is inside.',
    appliesTo: (path) => drawers.test(withoutProcessManagers(path)),
    findLines: () => [1],
  },
  {
    name: 'files-stay-readable',
    comment: `A file has at most ${longestFile} lines.`,
    appliesTo: () => true,
    findLines: (text) => (text.split('\n').length - 1 > longestFile ? [longestFile + 1] : []),
  },
];

/** systemd and supervisord are called so; of all else, "manager" says nothing. */
function withoutProcessManagers(path: string): string {
  return path.replace(/process-manager|(?<=processes\/src\/)managers(?=\/)/g, '');
}

function linesWith(text: string, pattern: RegExp): number[] {
  return text.split('\n').flatMap((line, index) => (pattern.test(line) ? [index + 1] : []));
}

/** Blanks comments and keeps the line numbers; near enough to a parser for words that no string contains. */
function withoutComments(text: string): string {
  return text
    .replace(/\/\*[^]*?\*\//g, (comment) => comment.replace(/[^\n]/g, ' '))
    .replace(/(^|[^:'"`\\])\/\/.*$/gm, '$1');
}
