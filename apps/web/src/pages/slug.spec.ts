import { describe, expect, it } from '@jest/globals';
import { newPage } from './page-input.js';
import { slugFrom } from './slug.js';

describe('the slug of a title', () => {
  it.each([
    ['Opening hours', 'opening-hours'],
    ['Über uns & mehr', 'uber-uns-mehr'],
    ['Straße 7', 'strasse-7'],
    ['  --a  b--  ', 'a-b'],
    ['日本語', 'page'],
    [`${'a'.repeat(69)}-b`, 'a'.repeat(69)],
  ])('%s → %s', (title, slug) => {
    expect(slugFrom(title)).toBe(slug);
    expect(newPage.safeParse({ title: 'x', slug }).success).toBe(true);
  });
});
