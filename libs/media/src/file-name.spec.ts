import { describe, expect, it } from '@jest/globals';
import { UnsafePath } from './errors.js';
import { numberedName, sanitizeFileName } from './file-name.js';

const clean = (name: string) => numberedName(sanitizeFileName(name), 1);

describe('the name of an upload', () => {
  it.each([
    ['Photo of a Cat.JPG', 'photo-of-a-cat.jpg'],
    ['größe.png', 'größe.png'],
    ['gro\u0308ße.png', 'größe.png'],
    ['日本語.webp', '日本語.webp'],
    ['shell.php.jpg', 'shell-php.jpg'],
    ['README', 'readme'],
    ['a<b>&"c".txt', 'a-b-c.txt'],
    ['--x--.txt', 'x.txt'],
    ['???.pdf', 'file.pdf'],
    ['evil\u202Egpj.exe', 'evil-gpj.exe'],
    ['line\nbreak.txt', 'line-break.txt'],
    ['no ending.', 'no-ending'],
    ['odd.ending with spaces', 'odd-ending-with-spaces'],
    ['😀.gif', 'file.gif'],
  ])('cleans %j to %j', (name, expected) => {
    expect(clean(name)).toBe(expected);
  });

  it.each([
    ['../../x', 'expected a file name without a path'],
    ['/etc/passwd', 'expected a file name without a path'],
    ['..\\..\\x', 'expected a file name without a path'],
    ['C:\\Users\\me\\x.jpg', 'expected a file name without a path'],
    ['a\0.jpg', 'expected a file name without NUL'],
    ['', 'expected a file name'],
    ['   ', 'expected a file name'],
    ['..', 'expected a file name that does not begin with "."'],
    ['.htaccess', 'expected a file name that does not begin with "."'],
  ])('refuses %j', (name, reason) => {
    const act = () => sanitizeFileName(name);
    expect(act).toThrow(UnsafePath);
    expect(act).toThrow(`upload: ${reason}, found ${JSON.stringify(name)}.`);
  });

  it('is bounded in bytes and cuts between characters', () => {
    const name = clean(`${'ü'.repeat(300)}.jpg`);
    expect(name).toBe(`${'ü'.repeat(50)}.jpg`);
  });
});
