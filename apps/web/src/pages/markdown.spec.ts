import { describe, expect, it } from '@jest/globals';
import { renderMarkdown } from './markdown.js';

describe('the Markdown of a page', () => {
  it('becomes HTML', () => {
    expect(renderMarkdown('## Hi\n\n**there**')).toBe('<h2>Hi</h2>\n<p><strong>there</strong></p>\n');
  });

  it('shows HTML as text', () => {
    expect(renderMarkdown('<script>alert(1)</script>')).toBe(
      '<p>&lt;script&gt;alert(1)&lt;/script&gt;</p>\n',
    );
  });

  it.each(['javascript:alert(1)', 'vbscript:x', 'data:text/html,x'])('makes no link of %s', (address) => {
    expect(renderMarkdown(`[click](${address})`)).not.toContain('href');
  });

  it.each([
    ['![A gear](/media/gear.svg)', ''],
    ['Look: ![A gear](/media/gear.svg) there', '<p>Look:  there</p>\n'],
    [
      'Get [the *list*](/media/list.pdf) or [ask](/contact).',
      '<p>Get the <em>list</em> or <a href="/contact">ask</a>.</p>\n',
    ],
    ['[![A gear](/media/gear.svg)](/gears)', '<p><a href="/gears"></a></p>\n'],
    [
      '![Far](https://example.com/media/a.png)',
      '<p><img src="https://example.com/media/a.png" alt="Far" loading="lazy" decoding="async"></p>\n',
    ],
  ])('has nothing that would lead nowhere at a site without media: %s', (text, html) => {
    expect(renderMarkdown(text, { servesMedia: false })).toBe(html);
  });

  it('loads images when they come into view', () => {
    expect(renderMarkdown('![A gear](/media/gear.svg)')).toBe(
      '<p><img src="/media/gear.svg" alt="A gear" loading="lazy" decoding="async"></p>\n',
    );
  });
});
