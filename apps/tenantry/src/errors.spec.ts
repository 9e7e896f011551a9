import { describe, expect, it } from '@jest/globals';
import { SettingsError } from '#libs/settings';
import { describeError, errorDocument, nameSystemError } from './errors.js';

const error = new SettingsError(
  'tenants/acme/settings.yaml:7: http.port: expected an integer, found "80a".',
  {
    tenant: 'acme',
    file: 'tenants/acme/settings.yaml',
    line: 7,
    hint: 'Correct it.',
  },
);

describe('an error', () => {
  it('is one line with what to do next, without a stack trace', () => {
    expect(describeError(error, false)).toBe(
      'tenants/acme/settings.yaml:7: http.port: expected an integer, found "80a". Correct it.',
    );
  });

  it('shows its stack trace on request, and always when it is a bug', () => {
    expect(describeError(error, true)).toContain('    at ');
    expect(describeError(new TypeError('x is undefined'), false)).toMatch(
      /this is a bug: TypeError: x is undefined[^]* at /,
    );
  });

  it('has stable keys in JSON', () => {
    expect(errorDocument(error)).toEqual({
      error: {
        code: 'SETTINGS',
        message: error.message,
        hint: 'Correct it.',
        tenant: 'acme',
        file: 'tenants/acme/settings.yaml',
        line: 7,
      },
    });
  });

  it.each([
    ['ENOSPC', 'write', undefined, 'tenantry: ENOSPC: no room, write. Free some space'],
    ['EACCES', 'open', '/h/run/x', '/h/run/x: EACCES: no room, open. Check its owner and mode'],
  ])('is no bug where the system refuses with %s', (code, syscall, path, text) => {
    const refused = Object.assign(new Error(`${code}: no room, ${syscall}`), { code, syscall, path });
    expect(describeError(nameSystemError(refused), false)).toContain(text);
    expect(describeError(nameSystemError(refused), false)).not.toContain('    at ');
    expect(errorDocument(nameSystemError(refused))).toMatchObject({ error: { code } });
  });
});
