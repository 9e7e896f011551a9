import { describe, expect, it } from '@jest/globals';
import { fieldMessages } from '../errors/field-messages.js';
import { newPage, pageChanges, pageQuery } from './page-input.js';

function messagesFor(schema: typeof newPage | typeof pageChanges | typeof pageQuery, input: unknown) {
  const result = schema.safeParse(input);
  return result.success ? {} : fieldMessages(result.error.issues);
}

describe('a new page', () => {
  it('needs a title and nothing else', () => {
    expect(newPage.parse({ title: ' Hello ' })).toEqual({
      ...{ kind: 'page', title: 'Hello', summary: '', body: '' },
      ...{ heroPath: null, heroAlt: '', menuPosition: null, site: null },
    });
  });

  it.each([
    ['no title', {}, { title: 'expected text' }],
    ['a blank title', { title: '  ' }, { title: 'a title is needed' }],
    ['an unknown field', { title: 'a', colour: 'red' }, { colour: 'there is no such field' }],
    ['an unknown kind', { title: 'a', kind: 'book' }, { kind: 'expected "page" or "post"' }],
    ['a taken address', { title: 'a', slug: 'admin' }, { slug: 'this address is taken by the site itself' }],
    [
      'an address with a slash',
      { title: 'a', slug: '../x' },
      { slug: 'expected a-z, 0-9 and single "-" between them, such as "opening-hours"' },
    ],
    [
      'an image outside of the library',
      { title: 'a', heroPath: '../secrets.yaml' },
      { heroPath: 'expected the path of a file in the media library' },
    ],
    ['half a position', { title: 'a', menuPosition: 1.5 }, { menuPosition: 'expected a whole number' }],
    ['no object', 'text', { '': 'expected an object with the fields of a page' }],
  ])('refuses %s', (_case, input, messages) => {
    expect(messagesFor(newPage, input)).toEqual(messages);
  });
});

describe('changes of a page', () => {
  it('leave out what does not change', () => {
    expect(pageChanges.parse({ title: 'New' })).toEqual({ title: 'New' });
  });

  it('are at least one', () => {
    expect(messagesFor(pageChanges, {})).toEqual({ '': 'expected at least one field to change' });
  });
});

describe('a query for pages', () => {
  it('reads numbers from text and has defaults', () => {
    expect(pageQuery.parse({ page: '3' })).toEqual({ page: 3, perPage: 20 });
  });

  it('refuses more than a hundred at once', () => {
    expect(messagesFor(pageQuery, { perPage: '1000' })).toEqual({ perPage: 'expected at most 100' });
  });
});
