import { cruise, type ICruiseResult, type IForbiddenRuleType } from 'dependency-cruiser';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { importRules } from './import-rules.js';
import { textRules, type SourceFile } from './text-rules.js';

export interface Violation {
  readonly rule: string;
  readonly comment: string;
  /** `file` or `file:line`, relative to the checkout. */
  readonly at: string;
  /** What the file imports, for a rule about imports. */
  readonly found?: string;
}

export interface Findings {
  /** Modules whose imports were followed: 0 means that nothing was checked. */
  readonly modules: number;
  readonly files: number;
  readonly violations: readonly Violation[];
}

const sourceFolders = ['apps', 'libs', 'tests', 'bench'];

/** Holds a checkout, or a tree that is shaped like one, against the rules of docs/architecture.md. */
export async function findViolations(root: string): Promise<Findings> {
  const folders = sourceFolders.filter((folder) => existsSync(join(root, folder)));
  const imports = await cruiseImports(root, folders);
  const files = [...folders, 'scripts'].flatMap((folder) => readSources(root, folder));
  return {
    modules: imports.modules.filter(({ source }) => folders.includes(source.split('/')[0] ?? '')).length,
    files: files.length,
    violations: [...importViolations(imports), ...files.flatMap(textViolations)],
  };
}

async function cruiseImports(root: string, folders: readonly string[]): Promise<ICruiseResult> {
  const options = {
    baseDir: root,
    validate: true,
    ruleSet: { forbidden: [...importRules] satisfies IForbiddenRuleType[] },
    // Types count: an arrow that only types follow still ties two parts together.
    tsPreCompilationDeps: true,
    doNotFollow: { path: 'node_modules' },
    enhancedResolveOptions: {
      conditionNames: ['source', 'import', 'node', 'default'],
      exportsFields: ['exports'],
    },
  };
  const { output } = await cruise([...folders], options);
  if (typeof output === 'string') throw new TypeError(`dependency-cruiser answered with text: ${output}`);
  return output;
}

function importViolations(result: ICruiseResult): Violation[] {
  return result.summary.violations.map(({ rule, from, to }) => ({
    rule: rule.name,
    comment: importRules.find(({ name }) => name === rule.name)?.comment ?? '',
    at: from,
    found: to,
  }));
}

function textViolations(file: SourceFile): Violation[] {
  return textRules
    .filter((rule) => rule.appliesTo(file.path))
    .flatMap((rule) =>
      rule.findLines(file.text).map((line) => ({
        rule: rule.name,
        comment: rule.comment,
        at: `${file.path}:${line}`,
      })),
    );
}

function readSources(root: string, folder: string): SourceFile[] {
  const dir = join(root, folder);
  if (!existsSync(dir)) return [];
  return readdirSync(dir, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && /\.[mc]?[jt]s$/.test(entry.name))
    .map((entry) => join(entry.parentPath, entry.name))
    .toSorted()
    .map((file) => ({
      path: file.slice(root.length + 1).replaceAll('\\', '/'),
      text: readFileSync(file, 'utf8'),
    }));
}
