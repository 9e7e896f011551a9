import { describe, expect, it } from '@jest/globals';
import { UnsafePath } from './errors.js';
import { parseMediaPath } from './media-path.js';

const refused = [
  ['', 'expected it to begin with public/ or private/'],
  ['public', 'expected a file name'],
  ['public/', 'expected no empty part'],
  ['/etc/passwd', 'expected it to begin with public/ or private/'],
  ['/public/a.jpg', 'expected it to begin with public/ or private/'],
  ['../secrets.yaml', 'expected it to begin with public/ or private/'],
  ['public/../.tenant', 'expected no part that begins with "."'],
  ['public/a/../../x', 'expected no part that begins with "."'],
  ['public/./a.jpg', 'expected no part that begins with "."'],
  ['public//a.jpg', 'expected no empty part'],
  ['public/a.jpg/', 'expected no empty part'],
  ['public/.htaccess', 'expected no part that begins with "."'],
  ['.tenant', 'expected it to begin with public/ or private/'],
  ['.incoming/1-a.part', 'expected it to begin with public/ or private/'],
  ['public\\..\\..\\x', 'expected "/" between folders'],
  ['public/..\\x', 'expected "/" between folders'],
  ['C:\\x', 'expected "/" between folders'],
  ['public/a\0.jpg', 'expected no control or invisible characters'],
  ['public/a\n.jpg', 'expected no control or invisible characters'],
  ['public/a\u202Egpj.exe', 'expected no control or invisible characters'],
  ['public/\uD800.jpg', 'expected no control or invisible characters'],
  ['Public/a.jpg', 'expected it to begin with public/ or private/'],
  ['public/private/a.jpg', 'expected no folder "private" in public/'],
  [`public/${'a'.repeat(256)}`, 'expected parts of at most 255 bytes'],
  [`public/${'a/'.repeat(600)}b`, 'expected at most 1024 bytes'],
] as const;

describe('a media path', () => {
  it.each(refused)('refuses %j', (path, reason) => {
    const act = () => parseMediaPath(path);
    expect(act).toThrow(UnsafePath);
    expect(act).toThrow(`media path: ${reason}, found ${JSON.stringify(path.slice(0, 120))}.`);
  });

  it.each([
    'public/a.jpg',
    'private/reports/may 2026.pdf',
    'public/größe.png',
    'public/日本.webp',
    'public/a..b.jpg',
  ])('takes %j', (path) => {
    expect(parseMediaPath(path).relative).toBe(path);
  });

  it('is the same file in both forms of Unicode', () => {
    expect(parseMediaPath('public/gro\u0308ße.png')).toEqual(parseMediaPath('public/größe.png'));
  });
});
