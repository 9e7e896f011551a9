import { describe, expect, it } from '@jest/globals';
import { ownUser } from './plan-unit.js';
import { unifiedDiff } from './unified-diff.js';

describe('the difference that hosting diff shows', () => {
  it('keeps what both have, and says what goes and comes in between', () => {
    const before = { path: 'a', text: '1\n2\n3\n', mode: 0o644 };
    const file = { path: 'a', text: '1\n3\n4\n' };
    expect(unifiedDiff('/etc', { kind: 'changed', file, before })).toBe(
      ['--- /etc/a', '+++ /etc/a', ' 1', '-2', ' 3', '+4'].join('\n'),
    );
    expect(unifiedDiff('', { kind: 'added', file })).toBe('--- /dev/null\n+++ a\n+1\n+3\n+4');
    expect(unifiedDiff('', { kind: 'removed', before })).toBe('--- a\n+++ /dev/null\n-1\n-2\n-3');
  });
});

describe("a tenant's own user", () => {
  it('is called by its name, shortened to what the system takes without meeting another', () => {
    expect(ownUser('tn-', 'acme')).toBe('tn-acme');
    const long = 'a-tenant-with-a-very-long-name-indeed';
    expect(ownUser('tn-', `${long}1`)).toHaveLength(31);
    expect(ownUser('tn-', `${long}1`)).not.toBe(ownUser('tn-', `${long}2`));
  });
});
