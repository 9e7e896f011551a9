import { describe, expect, it } from '@jest/globals';
import { emptyForm, errorList, parseForm, readForm } from './page-form.js';

describe('the form of the editor', () => {
  it('reads empty fields as not chosen', () => {
    expect(parseForm({ ...emptyForm, title: 'Hello', body: 'a\r\nb' })).toEqual({
      input: {
        ...{ kind: 'page', title: 'Hello', summary: '', body: 'a\nb', slug: undefined },
        ...{ heroPath: null, heroAlt: '', menuPosition: null, site: null },
      },
    });
  });

  it('says what is wrong, by field', () => {
    const parsed = parseForm({ ...emptyForm, slug: 'No!', menuPosition: 'x' });
    const errors = 'errors' in parsed ? parsed.errors : {};
    expect(errors).toEqual({
      slug: 'expected a-z, 0-9 and single "-" between them, such as "opening-hours"',
      title: 'a title is needed',
      menuPosition: 'expected a whole number',
    });
    expect(errorList(errors).map(({ label }) => label)).toEqual(['Address', 'Title', 'Position in the menu']);
  });

  it.each([null, 'text', [], { title: ['a', 'b'] }])('takes %j as an empty form', (body) => {
    expect(readForm(body)).toEqual(emptyForm);
  });
});
