import { existsSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { type Application, type HomePaths, overlayJsonSchema, writeFileAtomically } from '#libs/settings';
import type { Dependencies } from '../dependencies.js';
import { errorText } from '../outcome.js';

/** Writes `tenants/.schema/<app>.json` for each application of the release, by which editors check overlays. */
export async function writeSettingsSchemas(
  dependencies: Dependencies,
): Promise<{ data: { files: string[] }; text: string }> {
  const { paths } = dependencies.home;
  const applications = await dependencies.applications();
  const files = applications.map((application) => {
    writeSettingsSchema(paths, application);
    return relative(paths.home, schemaFile(paths, application.name));
  });
  return { data: { files }, text: files.map((file) => `Wrote ${file}.`).join('\n') };
}

/**
 * The same beside other work that must not fail for it. Where there are no overlays to check or the folder is
 * another's, the editors go without.
 */
export async function refreshSettingsSchemas(dependencies: Dependencies): Promise<void> {
  try {
    await writeSettingsSchemas(dependencies);
  } catch (error) {
    dependencies.report.warn(`the schema for editors could not be written: ${errorText(error)}`);
  }
}

/** Leaves a file that says the same already alone. */
export function writeSettingsSchema(paths: HomePaths, application: Application): void {
  const file = schemaFile(paths, application.name);
  const text = `${JSON.stringify(overlayJsonSchema(application), null, 2)}\n`;
  if (existsSync(file) && readFileSync(file, 'utf8') === text) return;
  writeFileAtomically(file, text, 0o644);
}

function schemaFile({ tenants }: HomePaths, app: string): string {
  return join(tenants, '.schema', `${app}.json`);
}

/** First line of an overlay: editors with YAML support find the schema by it. https://github.com/redhat-developer/yaml-language-server */
export function schemaLine(app: string): string {
  return `# yaml-language-server: $schema=../.schema/${app}.json`;
}
