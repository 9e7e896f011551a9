import { describe, expect, it } from '@jest/globals';
import { parseSeedFile } from './seed-file.js';

const file = (text: string) =>
  parseSeedFile({ path: 'seed/pages/about.md', slug: 'about', kind: 'page', text });

describe('a file of sample content', () => {
  it('is a page with front matter', () => {
    const text = '---\ntitle: About\nmenu: 2\nhero: hall.svg\npublished: 2026-10-01\n---\n## Hi\n';
    expect(file(text)).toEqual({
      ...{ kind: 'page', slug: 'about', title: 'About', summary: '', body: '## Hi', menuPosition: 2 },
      ...{ heroPath: 'hall.svg', heroAlt: '', site: null, publishedAt: '2026-10-01T09:00:00Z' },
    });
  });

  it('is not public when it is a draft', () => {
    expect(file('---\ntitle: About\ndraft: true\n---\n').publishedAt).toBeNull();
  });

  it.each([
    [
      'without front matter',
      '# Hi',
      'seed/pages/about.md: expected front matter between two lines "---" at the beginning.',
    ],
    ['with broken YAML', '---\na: [\n---\n', 'seed/pages/about.md: the front matter is not YAML.'],
    [
      'with an unknown key',
      '---\ntitle: a\nhue: 1\n---\n',
      'seed/pages/about.md: hue: there is no such field.',
    ],
    ['without a title', '---\ntitle: ""\n---\n', 'seed/pages/about.md: title: a title is needed.'],
  ])('is refused %s', (_case, text, message) => {
    expect(() => file(text)).toThrow(message);
  });
});
