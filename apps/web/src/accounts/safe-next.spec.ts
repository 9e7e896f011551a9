import { describe, expect, it } from '@jest/globals';
import { safeNext } from './safe-next.js';

describe('where signing in leads', () => {
  it.each(['/admin', '/admin/media?page=2', '/', '/admin/pages/new?kind=post#top'])('may be %j', (next) => {
    expect(safeNext(next)).toBe(next.split('#')[0]);
  });

  it.each([
    ...[
      '//evil.example',
      '/\\evil.example',
      '\\\\evil.example',
      'https://evil.example',
      'javascript:alert(1)',
    ],
    ...[
      '/\t/evil.example',
      '/\n/evil.example',
      '/a/..//evil.example',
      '/.//evil.example',
      'evil.example',
      '',
      undefined,
    ],
    ...[
      ['/admin'],
      7,
      `/${'x'.repeat(3000)}`,
      '/admin/sign-in?next=/',
      '/admin/sign-out',
      '/%00\u0000//evil.example\\',
    ],
  ])('is the admin page instead of %j', (next) => {
    expect(safeNext(next)).toMatch(/^\/(?![/\\])/);
    expect(new URL(safeNext(next), 'http://own.example').host).toBe('own.example');
  });
});
