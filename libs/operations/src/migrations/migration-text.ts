/** One migration file, as the product's developer would write it by hand. */
export interface MigrationText {
  /** `CreateNotes1795226000000`. */
  readonly className: string;
  /** `1795226000000-create-notes.ts`. */
  readonly fileName: string;
  readonly text: string;
}

export interface NewMigration {
  /** `create-notes`: lower-case words with `-` between. */
  readonly name: string;
  /** Milliseconds; later than the newest migration's. */
  readonly timestamp: number;
  readonly up: readonly string[];
  readonly down: readonly string[];
}

export function migrationText({ name, timestamp, up, down }: NewMigration): MigrationText {
  const words = name.split('-').map((word) => `${word.slice(0, 1).toUpperCase()}${word.slice(1)}`);
  const className = `${words.join('')}${timestamp}`;
  const text = `import type { MigrationInterface, QueryRunner } from 'typeorm';

export class ${className} implements MigrationInterface {
  readonly name = '${className}';

  async up(runner: QueryRunner): Promise<void> {
${statements(up)}  }

  async down(runner: QueryRunner): Promise<void> {
${statements(down)}  }
}
`;
  return { className, fileName: `${timestamp}-${name}.ts`, text };
}

function statements(queries: readonly string[]): string {
  return queries.map((query) => `    await runner.query(\`${escape(query)}\`);\n`).join('');
}

/** What would end or be replaced inside a template literal. */
function escape(query: string): string {
  return query.replaceAll('\\', '\\\\').replaceAll('`', '\\`').replaceAll('${', '\\${');
}
