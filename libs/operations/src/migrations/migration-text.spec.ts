import { describe, expect, it } from '@jest/globals';
import { migrationText } from './migration-text.js';

describe('migrationText', () => {
  it('names file and class after the words and the time', () => {
    const made = migrationText({
      name: 'add-due-date',
      timestamp: 1795226000000,
      up: ['SELECT 1'],
      down: [],
    });
    expect(made.fileName).toBe('1795226000000-add-due-date.ts');
    expect(made.text).toContain('export class AddDueDate1795226000000 implements MigrationInterface');
    expect(made.text).toContain("readonly name = 'AddDueDate1795226000000';");
  });

  it('keeps a statement from ending its own literal', () => {
    const { text } = migrationText({ name: 'x', timestamp: 1, up: ['a `b` ${c} \\d'], down: [] });
    expect(text).toContain('await runner.query(`a \\`b\\` \\${c} \\\\d`);');
  });
});
