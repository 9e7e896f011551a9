import { describe, expect, it } from '@jest/globals';
import { parse } from 'yaml';
import { overlayText } from './overlay-text.js';

describe('overlayText', () => {
  it('says only what makes it this tenant', () => {
    expect(parse(overlayText({ name: 'blue-river', hosts: ['blue.example', '.blue.example'] }))).toEqual({
      hosts: ['blue.example', '.blue.example'],
      site: { title: 'Blue River' },
    });
  });

  it('begins with the schema of its application, for editors', () => {
    const [line] = overlayText({ name: 'acme', hosts: [], app: 'hello' }).split('\n');
    expect(line).toBe('# yaml-language-server: $schema=../.schema/hello.json');
  });

  it('keeps a title from becoming YAML of its own', () => {
    const title = 'x: {y}\n# "z"';
    expect(parse(overlayText({ name: 'acme', hosts: ['a.example'], title }))).toMatchObject({
      site: { title },
    });
  });
});
